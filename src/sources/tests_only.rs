//! What is only compiled for tests.

use syn::visit::Visit;
use syn::{Attribute, Item, ItemMod, Meta};

/// Whether an item with these attributes is only compiled for tests.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.segments.last().is_some_and(|last| last.ident == "test"),
        Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string() == "test",
        _ => false,
    })
}

/// The attributes of an item that can be left out for tests.
pub(super) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The names of the modules of a file that stand in files of their own, and are only for tests.
pub(super) fn modules(file: &syn::File) -> Vec<String> {
    struct Modules(Vec<String>);

    impl<'ast> Visit<'ast> for Modules {
        fn visit_item_mod(&mut self, module: &'ast ItemMod) {
            if module.content.is_none() && is_for_tests(&module.attrs) {
                self.0.push(module.ident.to_string());
            }
        }
    }
    let mut modules = Modules(Vec::new());
    modules.visit_file(file);
    modules.0
}
