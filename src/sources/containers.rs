//! Which names stand for a container of a certain kind, as far as declarations tell.

use std::collections::BTreeSet;

use syn::visit::Visit;
use syn::{AngleBracketedGenericArguments, Expr, Field, GenericArgument, ItemType, Local, Pat, PatType, PathArguments};

use super::imports::{Imports, Segments};
use super::search::begins_with;

/// The types that are looked for, with those that were named after them.
pub(super) struct Kind {
    types: &'static [&'static str],
    aliases: BTreeSet<String>,
}

impl Kind {
    /// These types, and what the files call them.
    pub(super) fn of<'a>(
        types: &'static [&'static str],
        files: impl Iterator<Item = (&'a syn::File, &'a Imports)>,
    ) -> Kind {
        let mut kind = Kind { types, aliases: BTreeSet::new() };
        for (file, imports) in files {
            let mut aliases = Aliases { kind: &kind, imports, found: BTreeSet::new() };
            aliases.visit_file(file);
            let found = aliases.found;
            kind.aliases.extend(found);
        }
        kind
    }

    /// Whether a path is one of the types, and leaves its hasher to chance.
    pub(super) fn is_named(&self, path: &syn::Path, imports: &Imports) -> bool {
        if path.segments.last().is_some_and(|last| self.aliases.contains(&last.ident.to_string())) {
            return true;
        }
        let chosen = path.segments.iter().any(|segment| chooses_hasher(&segment.ident, &segment.arguments));
        !chosen && imports.meanings(path).iter().any(|meaning| self.is_one(meaning))
    }

    /// The names in a file that stand for one: what it declares itself, or in `fields`.
    pub(super) fn names(&self, file: &syn::File, imports: &Imports) -> Names {
        let mut declarations = Declarations { kind: self, imports, names: Names::default() };
        declarations.visit_file(file);
        declarations.names
    }

    fn is_one(&self, meaning: &Segments) -> bool {
        self.types.iter().any(|path| begins_with(meaning, path))
    }
}

/// `HashMap<K, V, S>` and `HashSet<T, S>` say how they hash.
fn chooses_hasher(name: &syn::Ident, arguments: &PathArguments) -> bool {
    let PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) = arguments else { return false };
    let types = args.iter().filter(|argument| matches!(argument, GenericArgument::Type(_))).count();
    types > if name.to_string().ends_with("Set") { 1 } else { 2 }
}

/// Names of containers.
#[derive(Default)]
pub(super) struct Names {
    /// Of fields, which any file may use.
    pub(super) fields: BTreeSet<String>,
    /// Of what is known in this file alone.
    pub(super) locals: BTreeSet<String>,
}

/// `type Votes = HashMap<…>;`
struct Aliases<'a> {
    kind: &'a Kind,
    imports: &'a Imports,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Aliases<'_> {
    fn visit_item_type(&mut self, item: &'ast ItemType) {
        if mentions(self.kind, self.imports, |search| search.visit_type(&item.ty)) {
            self.found.insert(item.ident.to_string());
        }
    }
}

struct Declarations<'a> {
    kind: &'a Kind,
    imports: &'a Imports,
    names: Names,
}

impl Declarations<'_> {
    fn local(&mut self, pattern: &Pat) {
        match pattern {
            Pat::Ident(name) => drop(self.names.locals.insert(name.ident.to_string())),
            Pat::Type(typed) => self.local(&typed.pat),
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Declarations<'_> {
    fn visit_field(&mut self, field: &'ast Field) {
        if let Some(name) = &field.ident
            && mentions(self.kind, self.imports, |search| search.visit_type(&field.ty))
        {
            self.names.fields.insert(name.to_string());
        }
    }

    fn visit_pat_type(&mut self, typed: &'ast PatType) {
        if mentions(self.kind, self.imports, |search| search.visit_type(&typed.ty)) {
            self.local(&typed.pat);
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if let Some(init) = &local.init
            && mentions(self.kind, self.imports, |search| makes(search, &init.expr))
        {
            self.local(&local.pat);
        }
        syn::visit::visit_local(self, local);
    }
}

/// Looks at what makes the value of an expression, and not at what is made on the way.
fn makes(search: &mut Mentions<'_>, expression: &Expr) {
    match expression {
        Expr::Call(call) => search.visit_expr(&call.func),
        Expr::MethodCall(call) => {
            call.turbofish.iter().for_each(|types| search.visit_angle_bracketed_generic_arguments(types));
        }
        Expr::Reference(reference) => makes(search, &reference.expr),
        _ => {}
    }
}

fn mentions(kind: &Kind, imports: &Imports, look: impl FnOnce(&mut Mentions<'_>)) -> bool {
    let mut search = Mentions { kind, imports, found: false };
    look(&mut search);
    search.found
}

/// Whether one of the types is named at all.
struct Mentions<'a> {
    kind: &'a Kind,
    imports: &'a Imports,
    found: bool,
}

impl<'ast> Visit<'ast> for Mentions<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found |= self.kind.is_named(path, self.imports);
        syn::visit::visit_path(self, path);
    }
}
