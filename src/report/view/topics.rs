//! Topics as users name them.

use crate::trace::Topic;

/// Names this similar are suggested for an unknown one.
const SIMILAR: f64 = 0.65;

/// The topics that have a name together: AppendEntries on its way out, and what becomes of it.
const LOG: (&str, [Topic; 2]) = ("log", [Topic::Log1, Topic::Log2]);

/// A name that no topic has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no topic `{name}`{} Topics are {}", suggestion(.name), known().join(", "))]
pub struct UnknownTopic {
    /// What was typed.
    pub name: String,
}

/// The topics that `name` means: one, or both of `log`. Case does not matter.
///
/// # Errors
/// If it means none: the nearest, and all that there are.
pub fn topics_named(name: &str) -> Result<Vec<Topic>, UnknownTopic> {
    if name.eq_ignore_ascii_case(LOG.0) {
        return Ok(LOG.1.to_vec());
    }
    let topic = Topic::named(&name.to_ascii_uppercase());
    topic.map(|topic| vec![topic]).ok_or_else(|| UnknownTopic { name: name.to_owned() })
}

/// Every name that means something.
fn known() -> Vec<String> {
    let topics = Topic::ALL.iter().map(|topic| topic.name().to_lowercase());
    topics.chain([format!("{} for log1 and log2", LOG.0)]).collect()
}

fn suggestion(name: &str) -> String {
    let similar = |topic: &Topic| strsim::jaro_winkler(&name.to_uppercase(), topic.name());
    let nearest = Topic::ALL.iter().max_by(|a, b| similar(a).total_cmp(&similar(b)));
    let nearest = nearest.filter(|topic| similar(topic) >= SIMILAR);
    nearest.map_or_else(|| ".".to_owned(), |topic| format!("; did you mean `{}`?", topic.name().to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_have_their_names_in_any_case() {
        for topic in Topic::ALL {
            assert_eq!(topics_named(topic.name()), Ok(vec![topic]));
            assert_eq!(topics_named(&topic.name().to_lowercase()), Ok(vec![topic]));
        }
        assert_eq!(topics_named("Log"), Ok(vec![Topic::Log1, Topic::Log2]));
    }

    #[test]
    fn an_unknown_topic_tells_the_nearest_and_all() {
        let says = |name: &str| topics_named(name).expect_err("there is no such topic").to_string();
        assert!(says("votes").starts_with("there is no topic `votes`; did you mean `vote`? Topics are timr, vote,"));
        assert!(says("commit").contains("did you mean `cmit`"), "{}", says("commit"));
        assert!(says("xyzzy").starts_with("there is no topic `xyzzy`. Topics are timr,"), "{}", says("xyzzy"));
        assert!(says("").ends_with("log for log1 and log2"));
    }
}
