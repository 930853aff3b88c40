//! What tests are worth to whoever grades, and what of that students see: the `grading` keys of a lab
//! file. No run depends on them.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// How one test is graded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Grading {
    /// What share of its points so many passing runs earn.
    pub credit: Credit,
    /// Who sees what it came to.
    pub visibility: Visibility,
    /// What its runs are drawn from.
    pub seeds: Seeds,
    /// How often it is played where the command line does not say so.
    pub iterations: Option<u64>,
}

/// What a whole part asks of those who are graded on it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conditions {
    /// Libraries that a submission may use beside those of the skeleton.
    pub dependencies: Vec<String>,
    /// What `unsafe` in its sources comes to.
    pub unsafe_code: UnsafeCode,
}

/// What share of a test's points so many passing runs earn. In a lab file: `"all"`, `"share"`, or
/// `"19 of 20"`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Credit {
    /// All points if every run passes, and else none.
    #[default]
    All,
    /// The share of runs that pass.
    Share,
    /// All points if at least this share of the runs passes, and else none.
    Least {
        /// So many
        passed: u64,
        /// of so many.
        of: u64,
    },
}

/// Who sees what a test came to, and when. The words are Gradescope's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, at once.
    #[default]
    Visible,
    /// Students do when the time for submissions is over.
    AfterDueDate,
    /// Students do when grades are published.
    AfterPublished,
    /// Students never do.
    Hidden,
}

/// What a test's runs are drawn from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seeds {
    /// The campaign's seed: everybody can play the same runs at home.
    #[default]
    Public,
    /// A secret of whoever grades.
    Secret,
}

/// What `unsafe` in a submission's sources comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnsafeCode {
    /// Whoever grades is told.
    #[default]
    Report,
    /// The compiler refuses it.
    Forbid,
}

/// Points in hundredths: shares are rounded down to them, and sums of them are exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Points(pub u64);

impl Points {
    /// So many whole points.
    pub const fn whole(points: u32) -> Points {
        Points(points as u64 * 100)
    }

    /// The same as a number; exact as far as one of two decimals can be.
    pub fn number(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Rounded down.
    pub const fn floor(self) -> u64 {
        self.0 / 100
    }
}

/// `5`, or `3.25`.
impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, rest) if rest % 10 == 0 => write!(f, "{whole}.{}", rest / 10),
            (whole, rest) => write!(f, "{whole}.{rest:02}"),
        }
    }
}

impl std::iter::Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        Points(points.map(|points| points.0).sum())
    }
}

impl Credit {
    /// What `passed` of `of` runs earn of so many points; nothing if there were none.
    ///
    /// # Panics
    /// If more passed than there were.
    pub fn earned(self, points: u32, passed: u64, of: u64) -> Points {
        assert!(passed <= of, "{passed} of {of}");
        let all = Points::whole(points);
        let [passed, of] = [passed, of].map(u128::from);
        let is_earned = match self {
            Credit::All => passed == of,
            Credit::Least { passed: least, of: whole } => passed * u128::from(whole) >= u128::from(least) * of,
            Credit::Share => {
                let share = (u128::from(all.0) * passed).checked_div(of).unwrap_or(0);
                return Points(u64::try_from(share).expect("a share is no more than all"));
            }
        };
        if is_earned && of > 0 { all } else { Points::default() }
    }
}

/// As in a lab file.
impl fmt::Display for Credit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credit::All => f.write_str("all"),
            Credit::Share => f.write_str("share"),
            Credit::Least { passed, of } => write!(f, "{passed} of {of}"),
        }
    }
}

impl FromStr for Credit {
    type Err = String;

    fn from_str(text: &str) -> Result<Credit, String> {
        let least = || {
            let (passed, of) = text.split_once(" of ")?;
            let (passed, of) = (passed.trim().parse().ok()?, of.trim().parse().ok()?);
            (1 <= passed && passed <= of).then_some(Credit::Least { passed, of })
        };
        match text {
            "all" => Ok(Credit::All),
            "share" => Ok(Credit::Share),
            _ => least().ok_or_else(|| {
                format!("`{text}` is no credit; there are \"all\", \"share\", and a least share such as \"19 of 20\"")
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Credit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Credit, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Visibility {
    /// Its word, as in a lab file.
    pub const fn name(self) -> &'static str {
        match self {
            Visibility::Visible => "visible",
            Visibility::AfterDueDate => "after_due_date",
            Visibility::AfterPublished => "after_published",
            Visibility::Hidden => "hidden",
        }
    }
}

/// The form of a part's `[grading]`.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PartGrading {
    credit: Option<Credit>,
    visibility: Option<Visibility>,
    seeds: Option<Seeds>,
    iterations: Option<Iterations>,
    dependencies: Vec<String>,
    unsafe_code: UnsafeCode,
}

/// The form of a test's `grading`, in place of the part's.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TestGrading {
    credit: Option<Credit>,
    visibility: Option<Visibility>,
    seeds: Option<Seeds>,
    iterations: Option<Iterations>,
}

/// At least one.
#[derive(Clone, Copy)]
struct Iterations(u64);

impl<'de> Deserialize<'de> for Iterations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Iterations, D::Error> {
        match u64::deserialize(deserializer)? {
            0 => Err(D::Error::custom("at least 1 iteration is wanted")),
            iterations => Ok(Iterations(iterations)),
        }
    }
}

impl PartGrading {
    /// What it asks of submissions.
    pub(super) fn conditions(&self) -> Conditions {
        Conditions { dependencies: self.dependencies.clone(), unsafe_code: self.unsafe_code }
    }

    /// How a test of the part is graded that says this of itself.
    pub(super) fn of_test(&self, test: &TestGrading) -> Grading {
        Grading {
            credit: test.credit.or(self.credit).unwrap_or_default(),
            visibility: test.visibility.or(self.visibility).unwrap_or_default(),
            seeds: test.seeds.or(self.seeds).unwrap_or_default(),
            iterations: test.iterations.or(self.iterations).map(|Iterations(iterations)| iterations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_runs_or_enough_of_them_earn_everything_and_a_share_earns_a_share() {
        let least = Credit::Least { passed: 19, of: 20 };
        for (credit, passed, of, earned) in [
            (Credit::All, 20, 20, 500),
            (Credit::All, 19, 20, 0),
            (Credit::All, 0, 0, 0),
            (Credit::Share, 1, 3, 166),
            (Credit::Share, 3, 3, 500),
            (Credit::Share, 0, 0, 0),
            (least, 190, 200, 500),
            (least, 189, 200, 0),
            (least, 20, 20, 500),
            (least, 0, 0, 0),
        ] {
            assert_eq!(credit.earned(5, passed, of), Points(earned), "{credit}: {passed} of {of}");
        }
    }

    #[test]
    fn points_are_written_as_people_do() {
        assert_eq!([0, 500, 350, 325, 305].map(|points| Points(points).to_string()), ["0", "5", "3.5", "3.25", "3.05"]);
        assert_eq!([Points(350), Points(99)].into_iter().sum::<Points>(), Points(449));
        assert_eq!((Points(399).floor(), Points::whole(7)), (3, Points(700)));
    }

    #[test]
    fn credits_are_read_as_they_are_written() {
        for text in ["all", "share", "19 of 20", "1 of 1"] {
            assert_eq!(text.parse::<Credit>().map(|credit| credit.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "some", "0 of 5", "6 of 5", "5of6", "5 of", "-1 of 2"] {
            assert!(text.parse::<Credit>().is_err_and(|error| error.contains("19 of 20")), "{text}");
        }
    }
}
