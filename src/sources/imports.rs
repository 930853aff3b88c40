//! What names stand for in a file.

use std::collections::BTreeMap;

use syn::visit::Visit;
use syn::{ItemUse, UseTree};

/// A path, as its segments.
pub(super) type Segments = Vec<String>;

/// All `use` declarations of a file, those of inline modules and functions included.
#[derive(Default)]
pub(super) struct Imports {
    names: BTreeMap<String, Segments>,
    globs: Vec<Segments>,
}

impl Imports {
    pub(super) fn of(file: &syn::File) -> Imports {
        let mut imports = Imports::default();
        imports.visit_file(file);
        imports
    }

    /// What a path may stand for, as full paths: one, or several where a glob may have brought it in.
    pub(super) fn meanings(&self, path: &syn::Path) -> Vec<Segments> {
        let segments: Segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some((first, rest)) = segments.split_first() else { return Vec::new() };
        if let Some(full) = self.names.get(first).filter(|_| path.leading_colon.is_none()) {
            return vec![plain([full, rest].concat())];
        }
        let by_glob = self.globs.iter().map(|glob| plain([&glob[..], &segments[..]].concat()));
        let mut meanings: Vec<Segments> = by_glob.collect();
        meanings.push(plain(segments));
        meanings
    }

    fn add(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add(&with(&path.ident), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(prefix, tree)),
            UseTree::Glob(_) => self.globs.push(prefix.to_owned()),
            UseTree::Name(name) if name.ident == "self" => self.name(prefix.last().cloned(), prefix.to_owned()),
            UseTree::Name(name) => self.name(Some(name.ident.to_string()), with(&name.ident)),
            UseTree::Rename(rename) if rename.ident == "self" => {
                self.name(Some(rename.rename.to_string()), prefix.to_owned());
            }
            UseTree::Rename(rename) => self.name(Some(rename.rename.to_string()), with(&rename.ident)),
        }
    }

    fn name(&mut self, name: Option<String>, full: Segments) {
        // `use std;` says nothing new, and would stand for itself for ever.
        if let Some(name) = name.filter(|name| full != [name.as_str()]) {
            self.names.insert(name, full);
        }
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add(&[], &item.tree);
    }
}

/// `core` and `alloc` are parts of `std`.
fn plain(mut segments: Segments) -> Segments {
    if let Some(first) = segments.first_mut().filter(|first| *first == "core" || *first == "alloc") {
        *first = "std".to_owned();
    }
    segments
}
