//! The Common Expression Language, as far as Kubernetes' rules and policies use it (cel-go, apiserver `cel/library`): an expression is read into a
//! tree (`parse`), asked for what cannot be right (`check`), and evaluated over values of JSON (`eval`). Depth and steps are counted, so that no
//! expression goes on without end.

mod check;
mod convert;
pub mod eval;
mod function;
mod issue;
mod list;
mod macros;
mod operator;
mod parse;
mod signature;
mod text;
pub mod time;
mod token;
mod tree;
pub mod types;
pub mod value;

#[cfg(test)]
mod tests;

pub use self::eval::{Failed, Scope};
pub use self::parse::RESERVED;
use self::tree::Expr;
pub use self::types::Type;
pub use self::value::{Key, Val};

/// An expression that can be evaluated.
#[derive(Debug)]
pub struct Program {
    root: Expr,
}

/// How long an expression may be, as CEL's parser limits it.
const LONGEST: usize = 100_000;

impl Program {
    /// Reads an expression, without a look at its types.
    ///
    /// # Errors
    /// All that is wrong with it, in the words of CEL's compiler.
    pub fn parse(source: &str) -> Result<Self, String> {
        let size = source.chars().count();
        if size > LONGEST {
            return Err(format!(
                "ERROR: <input>:-1:0: expression code point size exceeds limit: size: {size}, limit {LONGEST}"
            ));
        }
        let root = parse::parse(source).map_err(|issues| issue::shown(source, issues))?;
        Ok(Self { root })
    }

    /// The same where some names are declared, with the type of what it comes to.
    ///
    /// # Errors
    /// All that is wrong with it, in the words of CEL's compiler.
    pub fn compile(source: &str, names: &[(&str, Type)]) -> Result<(Self, Type), String> {
        let program = Self::parse(source)?;
        let of = check::check(&program.root, names).map_err(|issues| issue::shown(source, issues))?;
        Ok((program, of))
    }

    /// What it comes to.
    ///
    /// # Errors
    /// Why it comes to nothing, in the words of CEL's interpreter.
    pub fn eval<'a>(&'a self, scope: &Scope<'a>) -> Result<Val, Failed> {
        scope.eval(&self.root)
    }

    /// Whether a name stands anywhere in it.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.root.names(name)
    }
}
