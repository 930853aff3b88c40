//! The texts that reads returned, as a tree of their prefixes.
//!
//! A read tells the whole value of its key, thousands of appended elements perhaps. A search must
//! not copy or compare it at every step. So the value of a key is a *place* in this tree: two
//! numbers. Appending walks on from there and looks at what is appended alone; a value that is no
//! prefix of anything ever read has no place, and needs none.

/// A value: the first `len` bytes of the text that leads to `node`.
///
/// Invariant: it lies on the edge that leads to `node`, at its end or before, but not at its
/// beginning. So equal values are equal places.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Place {
    node: u32,
    len: u32,
}

impl Place {
    /// The empty text.
    pub(super) const EMPTY: Place = Place { node: 0, len: 0 };
}

/// The tree.
pub(super) struct Texts<'a> {
    nodes: Vec<Node<'a>>,
    /// The text that was inserted last, and its node.
    last: (&'a str, u32),
}

#[derive(Default)]
struct Node<'a> {
    /// What leads here from the parent. Invariant: empty for the root alone, and no two children
    /// of a node begin with the same byte.
    edge: &'a [u8],
    parent: u32,
    /// Length of the whole text that leads here.
    len: u32,
    children: Vec<u32>,
}

/// Where a walk along a text ended.
struct Walk<'b> {
    place: Place,
    /// What of the text is not in the tree.
    rest: &'b [u8],
}

impl<'a> Texts<'a> {
    /// A tree that holds the empty text.
    pub(super) fn new() -> Texts<'a> {
        Texts { nodes: vec![Node::default()], last: ("", 0) }
    }

    /// Adds a text, whose place this will be from now on.
    ///
    /// # Panics
    /// If the text is longer than 4 GiB.
    pub(super) fn insert(&mut self, text: &'a str) -> Place {
        let len = u32::try_from(text.len()).expect("a value is shorter than 4 GiB");
        // One read mostly extends what another returned: going on from there does not walk through
        // every earlier read.
        let common = common_prefix(self.last.0.as_bytes(), text.as_bytes());
        let shared = self.ancestor(self.last.1, common as u32);
        let walk = self.walk(shared, &text.as_bytes()[common..]);
        let rest_at = text.len() - walk.rest.len();
        let mut node = self.split(walk.place);
        if rest_at < text.len() {
            node = self.add(Node { edge: &text.as_bytes()[rest_at..], parent: node, len, children: Vec::new() });
        }
        self.last = (text, node);
        Place { node, len }
    }

    /// The place of a text; none if nothing that was inserted begins with it.
    pub(super) fn find(&self, text: &str) -> Option<Place> {
        self.extend(Place::EMPTY, text)
    }

    /// The place of the text at `place` with `appended` behind it.
    pub(super) fn extend(&self, place: Place, appended: &str) -> Option<Place> {
        let walk = self.walk(place, appended.as_bytes());
        walk.rest.is_empty().then_some(walk.place)
    }

    /// Walks from `place` along `text` as far as the tree goes.
    fn walk<'b>(&self, mut place: Place, mut text: &'b [u8]) -> Walk<'b> {
        loop {
            let node = &self.nodes[place.node as usize];
            let ahead = &node.edge[node.edge.len() - (node.len - place.len) as usize..];
            let common = common_prefix(ahead, text);
            (place.len, text) = (place.len + common as u32, &text[common..]);
            if common < ahead.len() || text.is_empty() {
                return Walk { place, rest: text };
            }
            match self.child(place.node, text[0]) {
                Some(child) => place.node = child,
                None => return Walk { place, rest: text },
            }
            // On the edge to the child, if only after its first byte: the child's edge has it.
        }
    }

    fn child(&self, node: u32, first: u8) -> Option<u32> {
        let children = &self.nodes[node as usize].children;
        children.iter().copied().find(|child| self.nodes[*child as usize].edge[0] == first)
    }

    /// The place of the first `len` bytes of the text that leads to `node`.
    fn ancestor(&self, mut node: u32, len: u32) -> Place {
        while node != 0 && self.nodes[self.nodes[node as usize].parent as usize].len >= len {
            node = self.nodes[node as usize].parent;
        }
        Place { node, len }
    }

    /// The node that ends at `place`, made if there is none. Nodes keep their numbers and texts.
    fn split(&mut self, place: Place) -> u32 {
        let (lower, node) = (place.node, &self.nodes[place.node as usize]);
        if node.len == place.len {
            return lower;
        }
        let (above, below) = node.edge.split_at(node.edge.len() - (node.len - place.len) as usize);
        let parent = node.parent;
        self.nodes[parent as usize].children.retain(|child| *child != lower);
        let middle = self.add(Node { edge: above, parent, len: place.len, children: vec![lower] });
        (self.nodes[lower as usize].edge, self.nodes[lower as usize].parent) = (below, middle);
        middle
    }

    fn add(&mut self, node: Node<'a>) -> u32 {
        let number = self.nodes.len() as u32;
        self.nodes[node.parent as usize].children.push(number);
        self.nodes.push(node);
        number
    }
}

/// How many bytes two texts have in common at their beginnings.
fn common_prefix(one: &[u8], other: &[u8]) -> usize {
    /// So many bytes at once: comparing them is one instruction or a few.
    const BLOCK: usize = 64;
    let blocks = one.chunks_exact(BLOCK).zip(other.chunks_exact(BLOCK));
    let start = BLOCK * blocks.take_while(|(one, other)| one == other).count();
    start + one[start..].iter().zip(&other[start..]).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    #[test]
    fn a_value_is_found_where_it_was_inserted_and_all_its_prefixes_are() {
        let mut texts = Texts::new();
        let inserted =
            ["x 0 0 y", "x 0 0 yx 1 0 y", "", "x 0 1 y", "z", "x 0 0 yx"].map(|text| (text, texts.insert(text)));
        for (text, place) in inserted {
            assert_eq!(texts.find(text), Some(place), "{text}");
        }
        assert_eq!(texts.find(""), Some(Place::EMPTY));
        assert!(texts.find("x 0 0 yx 1").is_some());
        assert_eq!(texts.find("x 0 2"), None);
        assert_eq!(texts.find("zz"), None);
    }

    #[test]
    fn a_place_does_not_depend_on_how_it_was_reached() {
        let mut texts = Texts::new();
        for text in ["abcd", "abxy", "abc"] {
            texts.insert(text);
        }
        let ab = texts.find("ab").expect("it is a prefix");
        let a = texts.find("a").expect("it is a prefix");
        assert_eq!(texts.extend(a, "b"), Some(ab));
        assert_eq!(texts.extend(a, "bc"), texts.extend(ab, "c"));
        assert_eq!(texts.extend(ab, ""), Some(ab));
        assert_eq!(texts.extend(ab, "cx"), None);
    }

    #[test]
    fn places_are_equal_if_and_only_if_texts_are() {
        let mut random = Random::new(0x5eed);
        for _ in 0..300 {
            let written: Vec<String> = (0..8).map(|_| text(&mut random)).collect();
            let mut texts = Texts::new();
            let places: Vec<Place> = written.iter().map(|text| texts.insert(text)).collect();
            for (one, place) in written.iter().zip(&places) {
                assert_eq!(texts.find(one), Some(*place), "{one} of {written:?}");
                for (other, other_place) in written.iter().zip(&places) {
                    assert_eq!(one == other, place == other_place, "{one} and {other} of {written:?}");
                }
                let cut = random.below(one.len() as u64 + 1) as usize;
                let start = texts.find(&one[..cut]).expect("it is a prefix");
                assert_eq!(texts.extend(start, &one[cut..]), Some(*place), "{one} from {cut}");
            }
            let other = text(&mut random);
            assert_eq!(texts.find(&other).is_some(), written.iter().any(|text| text.starts_with(&other)), "{other}");
        }
    }

    fn text(random: &mut Random) -> String {
        let len = random.below(6) * random.below(40);
        (0..len).map(|_| if random.chance(1, 20) { 'b' } else { 'a' }).collect()
    }
}
