//! The course changed its numbering: from 2024 on, Raft is lab 3, and the key/value service lab 4.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

/// How parts are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Edition {
    /// Up to 2023: Raft is 2A to 2D.
    #[default]
    To2023,
    /// From 2024 on: Raft is 3A to 3D.
    From2024,
}

impl Edition {
    /// What this edition calls the part that the 2023 edition calls `part`.
    pub fn part_name(self, part: &str) -> String {
        match (self, part.split_at_checked(1)) {
            (Edition::From2024, Some(("2", letter))) => format!("3{letter}"),
            (Edition::From2024, Some(("3", letter))) => format!("4{letter}"),
            _ => part.to_owned(),
        }
    }

    /// A text in which the parts are called as the 2023 edition does, with this edition's names.
    pub fn renumber(self, text: &str) -> Cow<'_, str> {
        // A part stands alone, or behind the letters of a course's name.
        static PART: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\b(Test\w+)?(2[A-DX]|3[ABX])\b").expect("it is sound"));
        match self {
            Edition::To2023 => Cow::Borrowed(text),
            Edition::From2024 => PART.replace_all(text, |found: &Captures<'_>| {
                let test = found.get(1).map_or("", |test| test.as_str());
                format!("{test}{}", self.part_name(&found[2]))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raft_moves_from_lab_2_to_lab_3() {
        assert_eq!(Edition::To2023.part_name("2C"), "2C");
        assert_eq!(Edition::From2024.part_name("2C"), "3C");
        assert_eq!(Edition::From2024.part_name("extra"), "extra");
    }

    #[test]
    fn texts_follow_with_names_of_parts_and_tests_but_not_with_other_numbers() {
        let text = "`TestPersist22C` in 2C/persist2, 2D and `2X`; 12C, 2 Apples, Test2";
        assert_eq!(Edition::To2023.renumber(text), text);
        let later = "`TestPersist23C` in 3C/persist2, 3D and `3X`; 12C, 2 Apples, Test2";
        assert_eq!(Edition::From2024.renumber(text), later);
        assert_eq!(Edition::From2024.renumber("3A, 3B and `3X`"), "4A, 4B and `4X`");
    }
}
