//! The course changed its numbering: from 2024 on, Raft is lab 3.

/// How parts are numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
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
        match (self, part.strip_prefix('2')) {
            (Edition::From2024, Some(letter)) => format!("3{letter}"),
            _ => part.to_owned(),
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
}
