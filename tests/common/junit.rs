//! What readers of JUnit's XML take, as a check.

use roxmltree::{Document, Node};

/// An element that readers know.
struct Element {
    name: &'static str,
    must_have: &'static [&'static str],
    may_have: &'static [&'static str],
    /// In their order.
    children: &'static [&'static str],
}

/// What readers of JUnit's XML take: Jenkins' dialect, which GitLab and others share.
const SCHEMA: [Element; 8] = [
    Element {
        name: "testsuites",
        must_have: &["name", "tests", "failures", "errors"],
        may_have: &["time", "skipped", "disabled"],
        children: &["testsuite"],
    },
    Element {
        name: "testsuite",
        must_have: &["name", "tests", "failures", "errors"],
        may_have: &["time", "skipped", "disabled"],
        children: &["properties", "testcase"],
    },
    Element { name: "properties", must_have: &[], may_have: &[], children: &["property"] },
    Element { name: "property", must_have: &["name", "value"], may_have: &[], children: &[] },
    Element {
        name: "testcase",
        must_have: &["name", "classname"],
        may_have: &["time"],
        children: &["properties", "skipped", "failure", "error"],
    },
    Element { name: "failure", must_have: &["message", "type"], may_have: &[], children: &[] },
    Element { name: "error", must_have: &["message", "type"], may_have: &[], children: &[] },
    Element { name: "skipped", must_have: &[], may_have: &["message"], children: &[] },
];

fn check(node: Node<'_, '_>) {
    let name = node.tag_name().name();
    let Element { must_have, may_have, children, .. } = SCHEMA.iter().find(|known| known.name == name).expect(name);
    assert!(must_have.iter().all(|wanted| node.has_attribute(*wanted)), "{node:?}");
    assert!(
        node.attributes().all(|there| must_have.contains(&there.name()) || may_have.contains(&there.name())),
        "{node:?}"
    );
    let place = |child: Node<'_, '_>| children.iter().position(|known| *known == child.tag_name().name());
    let places: Vec<Option<usize>> = node.children().filter(Node::is_element).map(place).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{node:?}");
    node.children().filter(Node::is_element).for_each(check);
}

/// What is counted is there, and times are seconds.
fn check_counts(node: Node<'_, '_>) {
    for (attribute, element) in
        [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
    {
        let there = node.descendants().filter(|inner| inner.has_tag_name(element)).count();
        assert_eq!(node.attribute(attribute), Some(&*there.to_string()), "{attribute} of {node:?}");
    }
    assert!(node.attribute("time").is_some_and(|time| time.parse::<f64>().is_ok()), "{node:?}");
    node.children().filter(|inner| inner.has_tag_name("testsuite")).for_each(check_counts);
}

/// The document, which must be what readers of JUnit's XML take.
pub(crate) fn checked(text: &str) -> Document<'_> {
    let document = Document::parse(text).expect("it is XML");
    check(document.root_element());
    check_counts(document.root_element());
    document
}
