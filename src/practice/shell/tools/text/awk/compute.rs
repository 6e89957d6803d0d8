//! The steps of the machine that only reckon: values, variables, fields, elements.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Fault;
use super::code::{Binary, Name, Op, Place, special};
use super::machine::{Machine, Ran, reckoned};
use super::record::Separator;
use super::substitute::replaced;
use super::value::Value;
use crate::practice::runtime::hold;

impl Machine {
    pub(super) fn compute(&mut self, op: &Op) -> Ran {
        let value = match op {
            Op::Push(value) => value.clone(),
            Op::Drop => {
                self.pop();
                return Ok(());
            }
            Op::Record(pattern) => truth(pattern.is_match(&self.whole())),
            Op::Load(place) => self.load(*place)?,
            Op::Store(place) => {
                let value = self.pop();
                self.store(*place, value)?
            }
            Op::Update(place, operator) => {
                let right = self.pop().number();
                let (key, old) = self.old(*place)?;
                let new = reckoned(*operator, old, right)?;
                self.stack_key(key);
                self.store(*place, Value::Number(new))?
            }
            Op::Step(place, by, keeps) => {
                let (key, old) = self.old(*place)?;
                self.stack_key(key);
                self.store(*place, Value::Number(old + by))?;
                Value::Number(if *keeps { old } else { old + by })
            }
            Op::Argument(name) => self.argument(*name),
            Op::Binary(operator) => self.binary(*operator)?,
            Op::Negate => Value::Number(-self.pop().number()),
            Op::Plus => Value::Number(self.pop().number()),
            Op::Not => truth(!self.pop().truth()),
            Op::Truth => truth(self.pop().truth()),
            Op::Key(count) => {
                let parts: Vec<Arc<str>> = self.pop_many(*count).iter().map(|value| self.text(value)).collect();
                Self::made(parts.join(&self.special(special::SUBSEP)))?
            }
            Op::Contains(_) | Op::Size(_) | Op::Delete(_) | Op::Clear(_) => return self.about_array(op),
            Op::Split(array, given) => self.split(*array, *given)?,
            Op::Substitute(place, all) => self.substitute(*place, *all)?,
            _ => return Ok(()),
        };
        self.push(value);
        Ok(())
    }

    fn about_array(&mut self, op: &Op) -> Ran {
        match op {
            Op::Contains(array) => {
                let key = self.pop_text();
                let known = hold(&*self.array(*array)?).get(&key).is_some();
                self.push(truth(known));
            }
            Op::Size(name) => {
                let size = match self.slot(*name).clone() {
                    Value::Array(array) => hold(&array).len(),
                    value => self.text(&value).len(),
                };
                self.push(Value::Number(size as f64));
            }
            Op::Delete(array) => {
                let key = self.pop_text();
                hold(&*self.array(*array)?).remove(&key);
            }
            Op::Clear(array) => *hold(&*self.array(*array)?) = super::array::Array::default(),
            _ => {}
        }
        Ok(())
    }

    /// The whole record.
    pub(super) fn whole(&mut self) -> Arc<str> {
        let (between, format) = (self.special(special::OFS), self.special(special::CONVFMT));
        self.record.text(&between, &format)
    }

    /// Finds the record's fields.
    fn fields(&mut self) -> Ran {
        let lines = self.special(special::RS).is_empty();
        self.record.split(&self.globals[special::FS], lines)
    }

    fn load(&mut self, place: Place) -> Ran<Value> {
        match place {
            Place::Field => match self.pop().number() as i64 {
                0 => Ok(Value::Input(self.whole())),
                number => {
                    self.fields()?;
                    Ok(self.record.field(usize::try_from(number).map_err(|_| Fault::Negative)?))
                }
            },
            Place::Variable(Name::Global(special::NF)) => {
                self.fields()?;
                Ok(Value::Number(self.record.count() as f64))
            }
            Place::Variable(name) => Ok(match self.slot(name) {
                Value::Array(_) => Value::Empty,
                value => value.clone(),
            }),
            Place::Element(name) => {
                let (key, array) = (self.pop_text(), self.array(name)?);
                let mut array = hold(&array);
                // Who asks for an element makes it.
                if let Some(value) = array.get(&key) {
                    return Ok(value.clone());
                }
                self.grown += 64 + key.len() as u64;
                array.set(&key, Value::Empty);
                Ok(Value::Empty)
            }
        }
    }

    /// Assigns; the value comes back.
    pub(super) fn store(&mut self, place: Place, value: Value) -> Ran<Value> {
        match place {
            Place::Field => match self.pop().number() as i64 {
                0 => {
                    let text = self.text(&value);
                    self.record.set(text);
                }
                number => {
                    self.fields()?;
                    self.record.set_field(usize::try_from(number).map_err(|_| Fault::Negative)?, value.clone())?;
                }
            },
            Place::Variable(Name::Global(number)) => self.set_global(number, value.clone())?,
            Place::Variable(name) => *self.slot(name) = value.clone(),
            Place::Element(name) => {
                let (key, array) = (self.pop_text(), self.array(name)?);
                self.grown += 64 + key.len() as u64;
                hold(&array).set(&key, value.clone());
            }
        }
        Ok(value)
    }

    pub(super) fn set_global(&mut self, number: usize, value: Value) -> Ran {
        match number {
            special::NF => {
                self.fields()?;
                let count = value.number() as i64;
                self.record.resize(usize::try_from(count).map_err(|_| Fault::Negative)?)?;
            }
            // What was read already is taken apart by what held until now.
            special::FS => self.fields()?,
            special::OFS => drop(self.whole()),
            _ => {}
        }
        self.globals[number] = match value {
            Value::Pattern(pattern) => super::code::text(pattern.as_str()),
            value => value,
        };
        Ok(())
    }

    /// The number that a place holds, and the key that was taken from the stack for it.
    fn old(&mut self, place: Place) -> Ran<(Option<Value>, f64)> {
        let key = match place {
            Place::Variable(_) => None,
            _ => Some(self.pop()),
        };
        self.stack_key(key.clone());
        Ok((key, self.load(place)?.number()))
    }

    fn stack_key(&mut self, key: Option<Value>) {
        if let Some(key) = key {
            self.push(key);
        }
    }

    /// A name that is nothing yet may become an array in the function that it is given to.
    fn argument(&mut self, name: Name) -> Value {
        if name == Name::Global(special::NF) {
            return self.load(Place::Variable(name)).unwrap_or_default();
        }
        let slot = self.slot(name);
        if matches!(slot, Value::Empty) {
            *slot = Value::Array(Arc::default());
        }
        slot.clone()
    }

    fn binary(&mut self, operator: Binary) -> Ran<Value> {
        let (right, left) = (self.pop(), self.pop());
        let compared = |fits: fn(Ordering) -> bool| {
            let format = self.special(special::CONVFMT);
            truth(left.compare(&right, &format).is_some_and(fits))
        };
        Ok(match operator {
            Binary::Join => {
                let (left, right) = (self.text(&left), self.text(&right));
                Self::made([&*left, &*right].concat())?
            }
            Binary::Less => compared(Ordering::is_lt),
            Binary::LessOrEqual => compared(Ordering::is_le),
            Binary::Equal => compared(Ordering::is_eq),
            Binary::NotEqual => truth(!compared(Ordering::is_eq).truth()),
            Binary::Greater => compared(Ordering::is_gt),
            Binary::GreaterOrEqual => compared(Ordering::is_ge),
            Binary::Matches | Binary::MatchesNot => {
                let (pattern, text) = (self.pattern(&right)?, self.text(&left));
                truth(pattern.is_match(&text) == (operator == Binary::Matches))
            }
            _ => Value::Number(reckoned(operator, left.number(), right.number())?),
        })
    }

    fn split(&mut self, array: Name, given: bool) -> Ran<Value> {
        let separator = if given { self.pop() } else { self.globals[special::FS].clone() };
        let text = self.pop_text();
        let separator = Separator::new(&separator, false)?;
        let parts = separator.split(&text);
        let array = self.array(array)?;
        let mut array = hold(&array);
        *array = super::array::Array::default();
        for (at, part) in parts.iter().enumerate() {
            array.set(&(at + 1).to_string(), Value::input(part));
        }
        self.grown += 64 * parts.len() as u64 + text.len() as u64;
        Ok(Value::Number(parts.len() as f64))
    }

    fn substitute(&mut self, place: Option<Place>, all: bool) -> Ran<Value> {
        let key = match place {
            Some(Place::Variable(_)) => None,
            _ => Some(self.pop()),
        };
        let (with, pattern) = (self.pop_text(), self.pop());
        let pattern = self.pattern(&pattern)?;
        self.stack_key(key.clone());
        let old = match place {
            Some(place) => self.load(place)?,
            None => self.pop(),
        };
        let (new, count) = replaced(&pattern, &with, &self.text(&old), if all { 0 } else { 1 }, false);
        if let Some(place) = place.filter(|_| count > 0) {
            self.stack_key(key);
            let new = Self::made(new)?;
            self.store(place, new)?;
        }
        Ok(Value::Number(count as f64))
    }
}

fn truth(holds: bool) -> Value {
    Value::Number(f64::from(u8::from(holds)))
}
