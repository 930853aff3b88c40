//! Panics of an implementation: caught, and told with their place.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

/// What a panic said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Panic {
    /// Its message.
    pub(super) message: String,
    /// Where it happened, as `file:line:column`.
    pub(super) place: String,
}

impl Panic {
    /// What is still to be written, if this is the panic of a `todo!` (or of an `unimplemented!`).
    pub(super) fn not_written(&self) -> Option<&str> {
        let text =
            ["not yet implemented", "not implemented"].iter().find_map(|start| self.message.strip_prefix(start))?;
        match text.strip_prefix(": ") {
            Some(text) => Some(text),
            None => text.is_empty().then_some("there is no word about what is to be written"),
        }
    }

    /// Whether a `RefCell` was borrowed twice, which in these labs has one usual reason.
    pub(super) fn is_double_borrow(&self) -> bool {
        self.message.contains("already borrowed") || self.message.contains("already mutably borrowed")
    }
}

/// Characters of a message that are kept. It stands in the trace and the record of every run that ends so.
const MESSAGE_MAX: usize = 4_000;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static CAUGHT: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Calls `code`; if it panics, gives what the panic said, and nothing is printed.
pub(super) fn catch<T>(code: impl FnOnce() -> T) -> Result<T, Panic> {
    install_hook();
    let nested = CATCHING.replace(true);
    // What the code leaves behind half-done is a run, which is thrown away.
    let result = panic::catch_unwind(AssertUnwindSafe(code));
    CATCHING.set(nested);
    result.map_err(|_| CAUGHT.take().unwrap_or_else(unknown))
}

fn unknown() -> Panic {
    Panic { message: "a panic without a message".to_owned(), place: "an unknown place".to_owned() }
}

/// One hook serves the process; on threads that catch nothing, panics are shown as ever.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if CATCHING.get() {
                CAUGHT.set(Some(describe(info)));
            } else {
                default(info);
            }
        }));
    });
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = shortened(text.unwrap_or("a panic whose message is no text"));
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    Panic { message, place }
}

/// What is kept of a message: it may hold whatever the implementation had at hand, and of any length.
fn shortened(text: &str) -> String {
    let is_text = |sign: &char| *sign == '\n' || !sign.is_control();
    let mut message: String = text.chars().filter(is_text).take(MESSAGE_MAX).collect();
    if text.chars().nth(MESSAGE_MAX).is_some() {
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_place() {
        let panic = catch(|| panic!("index {} is not there", 7)).expect_err("it panics");
        assert_eq!(panic.message, "index 7 is not there");
        assert!(panic.place.contains("panics.rs:"), "{}", panic.place);
        assert!(!panic.is_double_borrow());
        assert_eq!(catch(|| 5), Ok(5));
    }

    #[test]
    fn a_message_is_text_and_has_an_end() {
        let panic = catch(|| panic!("\u{1b}[31mred\u{7}\nε")).expect_err("it panics");
        assert_eq!(panic.message, "[31mred\nε");
        let panic = catch(|| panic!("{}", "ε".repeat(1 << 20))).expect_err("it panics");
        assert_eq!(panic.message.chars().count(), MESSAGE_MAX + 1);
    }

    #[test]
    #[expect(clippy::todo, clippy::unimplemented, reason = "what they say is what is tested")]
    fn what_is_not_written_yet_says_so() {
        let not_written = |code: fn()| catch(code).expect_err("it panics").not_written().map(str::to_owned);
        assert_eq!(not_written(|| todo!("2A: {}", "vote")).as_deref(), Some("2A: vote"));
        assert_eq!(not_written(|| unimplemented!("2B")).as_deref(), Some("2B"));
        assert!(not_written(|| todo!()).is_some_and(|text| text.contains("no word")));
        assert_eq!(not_written(|| panic!("not implementedly so")), None);
    }

    #[test]
    fn borrowing_twice_is_recognised() {
        let cell = RefCell::new(1);
        let _first = cell.borrow_mut();
        let panic = catch(|| drop(cell.borrow())).expect_err("it is borrowed");
        assert!(panic.is_double_borrow(), "{}", panic.message);
        let panic = catch(|| drop(cell.borrow_mut())).expect_err("it is borrowed");
        assert!(panic.is_double_borrow(), "{}", panic.message);
    }
}
