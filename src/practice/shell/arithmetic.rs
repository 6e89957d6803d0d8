//! `$((…))`: whole numbers of 64 bits.

use brush_parser::arithmetic;
use brush_parser::ast::{ArithmeticExpr, ArithmeticTarget, BinaryOperator, UnaryAssignmentOperator, UnaryOperator};

use super::Shell;

/// How deep variables may name each other.
const DEEPEST: u32 = 16;

impl Shell {
    /// The value of an expression.
    ///
    /// # Errors
    /// The shell's text for what is no expression, or divides by nothing.
    pub(super) fn evaluate(&mut self, source: &str) -> Result<i64, String> {
        if source.trim().is_empty() {
            return Ok(0);
        }
        let expression = arithmetic::parse(source).map_err(|_| "arithmetic syntax error".to_owned())?;
        self.number(&expression, 0)
    }

    fn read(&self, name: &str, depth: u32) -> Result<i64, String> {
        let text = self.value(name).unwrap_or_default().trim();
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(number) = literal(text) {
            return Ok(number);
        }
        if depth > DEEPEST {
            return Err("expression recursion loop detected".to_owned());
        }
        let expression = arithmetic::parse(text).map_err(|_| "arithmetic syntax error".to_owned())?;
        self.clone().number(&expression, depth + 1)
    }

    fn write(&mut self, target: &ArithmeticTarget, value: i64) -> Result<i64, String> {
        let ArithmeticTarget::Variable(name) = target else {
            return Err("arrays are not done".to_owned());
        };
        self.variables.entry(name.clone()).or_default().value = value.to_string();
        Ok(value)
    }

    fn target(&self, target: &ArithmeticTarget, depth: u32) -> Result<i64, String> {
        match target {
            ArithmeticTarget::Variable(name) => self.read(name, depth),
            ArithmeticTarget::ArrayElement(..) => Err("arrays are not done".to_owned()),
        }
    }

    fn number(&mut self, expression: &ArithmeticExpr, depth: u32) -> Result<i64, String> {
        match expression {
            ArithmeticExpr::Literal(number) => Ok(*number),
            ArithmeticExpr::Reference(target) => self.target(target, depth),
            ArithmeticExpr::UnaryOp(operator, inner) => {
                let value = self.number(inner, depth)?;
                Ok(match operator {
                    UnaryOperator::UnaryPlus => value,
                    UnaryOperator::UnaryMinus => value.wrapping_neg(),
                    UnaryOperator::BitwiseNot => !value,
                    UnaryOperator::LogicalNot => i64::from(value == 0),
                })
            }
            ArithmeticExpr::BinaryOp(BinaryOperator::LogicalAnd, left, right) => {
                Ok(i64::from(self.number(left, depth)? != 0 && self.number(right, depth)? != 0))
            }
            ArithmeticExpr::BinaryOp(BinaryOperator::LogicalOr, left, right) => {
                Ok(i64::from(self.number(left, depth)? != 0 || self.number(right, depth)? != 0))
            }
            ArithmeticExpr::BinaryOp(operator, left, right) => {
                let (left, right) = (self.number(left, depth)?, self.number(right, depth)?);
                combine(operator, left, right)
            }
            ArithmeticExpr::Conditional(condition, yes, no) => {
                let chosen = if self.number(condition, depth)? != 0 { yes } else { no };
                self.number(chosen, depth)
            }
            ArithmeticExpr::Assignment(target, value) => {
                let value = self.number(value, depth)?;
                self.write(target, value)
            }
            ArithmeticExpr::BinaryAssignment(operator, target, value) => {
                let (old, value) = (self.target(target, depth)?, self.number(value, depth)?);
                let new = combine(operator, old, value)?;
                self.write(target, new)
            }
            ArithmeticExpr::UnaryAssignment(operator, target) => {
                let old = self.target(target, depth)?;
                let (new, given) = match operator {
                    UnaryAssignmentOperator::PrefixIncrement => (old.wrapping_add(1), true),
                    UnaryAssignmentOperator::PrefixDecrement => (old.wrapping_sub(1), true),
                    UnaryAssignmentOperator::PostfixIncrement => (old.wrapping_add(1), false),
                    UnaryAssignmentOperator::PostfixDecrement => (old.wrapping_sub(1), false),
                };
                self.write(target, new)?;
                Ok(if given { new } else { old })
            }
        }
    }
}

fn literal(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let number = if let Some(hex) = digits.strip_prefix("0x") {
        i64::from_str_radix(hex, 16).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()?
    } else {
        digits.parse().ok()?
    };
    Some(sign * number)
}

fn combine(operator: &BinaryOperator, left: i64, right: i64) -> Result<i64, String> {
    use BinaryOperator as B;
    let shift = |by: i64| u32::try_from(by & 63).unwrap_or(0);
    Ok(match operator {
        B::Power => left.wrapping_pow(u32::try_from(right).map_err(|_| "exponent less than 0".to_owned())?),
        B::Multiply => left.wrapping_mul(right),
        B::Divide | B::Modulo if right == 0 => return Err("divide by zero".to_owned()),
        B::Divide => left.wrapping_div(right),
        B::Modulo => left.wrapping_rem(right),
        B::Comma => right,
        B::Add => left.wrapping_add(right),
        B::Subtract => left.wrapping_sub(right),
        B::ShiftLeft => left.wrapping_shl(shift(right)),
        B::ShiftRight => left.wrapping_shr(shift(right)),
        B::LessThan => i64::from(left < right),
        B::LessThanOrEqualTo => i64::from(left <= right),
        B::GreaterThan => i64::from(left > right),
        B::GreaterThanOrEqualTo => i64::from(left >= right),
        B::Equals => i64::from(left == right),
        B::NotEquals => i64::from(left != right),
        B::BitwiseAnd => left & right,
        B::BitwiseXor => left ^ right,
        B::BitwiseOr => left | right,
        B::LogicalAnd => i64::from(left != 0 && right != 0),
        B::LogicalOr => i64::from(left != 0 || right != 0),
    })
}
