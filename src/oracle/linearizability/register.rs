//! A register: read, write, and compare-and-set.

use super::model::Model;

/// One register of whole numbers, `None` as long as nothing was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Register {
    /// What it holds at first.
    pub initial: Option<i64>,
}

/// What a client asks of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterInput {
    /// What it holds.
    Read,
    /// Replaces what it holds.
    Write(i64),
    /// Replaces the first number by the second, if it holds the first.
    CompareAndSet(i64, i64),
}

/// What a register answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterOutput {
    /// A read: it held this.
    Value(Option<i64>),
    /// A write, or a compare-and-set that found what it compared with.
    Done,
    /// A compare-and-set that found another value.
    Differs,
}

impl Model for Register {
    type State = Option<i64>;
    type Input = RegisterInput;
    type Output = RegisterOutput;

    fn initial(&self) -> Option<i64> {
        self.initial
    }

    fn step(&self, held: &Option<i64>, input: &RegisterInput, output: Option<&RegisterOutput>) -> Option<Option<i64>> {
        let (held_now, possible) = match *input {
            RegisterInput::Read => (*held, RegisterOutput::Value(*held)),
            RegisterInput::Write(value) => (Some(value), RegisterOutput::Done),
            RegisterInput::CompareAndSet(from, to) if *held == Some(from) => (Some(to), RegisterOutput::Done),
            RegisterInput::CompareAndSet(..) => (*held, RegisterOutput::Differs),
        };
        output.is_none_or(|output| *output == possible).then_some(held_now)
    }

    fn observes(&self, input: &RegisterInput, output: Option<&RegisterOutput>) -> bool {
        *input == RegisterInput::Read || output == Some(&RegisterOutput::Differs)
    }
}
