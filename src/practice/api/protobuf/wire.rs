//! Protobuf's wire format: a message is numbered fields, each a number or a run of bytes.

use super::Error;

/// What a field holds on the wire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl Value<'_> {
    pub fn wire_type(&self) -> u8 {
        match self {
            Value::Varint(_) => 0,
            Value::Fixed64(_) => 1,
            Value::Bytes(_) => 2,
            Value::Fixed32(_) => 5,
        }
    }
}

/// The fields of a message in order; ends after the first error.
pub fn fields(mut message: &[u8]) -> impl Iterator<Item = Result<(u32, Value<'_>), Error>> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let field = field(&mut message);
        if field.is_err() {
            message = &[];
        }
        Some(field)
    })
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<(u32, Value<'a>), Error> {
    let key = varint(rest)?;
    let number = u32::try_from(key >> 3).map_err(|_| Error::Overflow)?;
    let value = match (key & 7) as u8 {
        0 => Value::Varint(varint(rest)?),
        1 => Value::Fixed64(u64::from_le_bytes(fixed(rest)?)),
        2 => {
            let length = usize::try_from(varint(rest)?).map_err(|_| Error::Overflow)?;
            Value::Bytes(take(rest, length)?)
        }
        5 => Value::Fixed32(u32::from_le_bytes(fixed(rest)?)),
        other => return Err(Error::WireType(other)),
    };
    Ok((number, value))
}

/// A number in seven bits a byte, the lowest first.
pub fn varint(rest: &mut &[u8]) -> Result<u64, Error> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let [byte] = fixed::<1>(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(Error::Overflow)
}

fn fixed<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Error> {
    let (bytes, after) = rest.split_first_chunk::<N>().ok_or(Error::Truncated)?;
    *rest = after;
    Ok(*bytes)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Error> {
    let (bytes, after) = rest.split_at_checked(length).ok_or(Error::Truncated)?;
    *rest = after;
    Ok(bytes)
}
