//! The search itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use proc_macro2::{LineColumn, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Block, Expr, ExprCast, ExprForLoop, ExprMethodCall, ImplItemFn, Item, ItemStatic, ItemUse, Macro};
use syn::{StaticMutability, Token, Type};

use super::Source;
use super::containers::{Kind, Names};
use super::imports::{Imports, Segments};
use super::signs::{Form, Sign};
use super::tests_only::{attributes, is_for_tests, modules};

/// Something that was looked for, and where it is.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// What it is.
    pub sign: &'static Sign,
    /// The file.
    pub file: &'a Path,
    /// The line in it, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
}

impl Sighting<'_> {
    /// Where it is, as `file:line:column`.
    pub fn place(&self) -> String {
        format!("{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

impl fmt::Display for Sighting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.place(), self.sign.does)
    }
}

/// Everything in `sources` that has one of the `signs`: in the order of the signs, and then of the places.
/// What cannot be parsed is passed over: it is not what was compiled.
pub fn search<'a>(sources: &'a [Source], signs: &'static [Sign]) -> Vec<Sighting<'a>> {
    let files = Files::parse(sources);
    let mut sightings: Vec<(usize, Sighting<'a>)> = Vec::new();
    for (number, sign) in signs.iter().enumerate() {
        let kind = match &sign.form {
            Form::Iteration(types) | Form::Type(types) => Some(files.kind(types)),
            _ => None,
        };
        for (file, places) in files.search(sign, kind.as_ref()) {
            let sighting = |LineColumn { line, column }| Sighting { sign, file, line, column: column + 1 };
            sightings.extend(places.into_iter().map(|place| (number, sighting(place))));
        }
    }
    // What is told of a line once need not be told of it again in weaker words.
    let mut told = BTreeSet::new();
    sightings.retain(|(_, sighting)| told.insert((sighting.file, sighting.line)));
    sightings.into_iter().map(|(_, sighting)| sighting).collect()
}

/// Whether a path is `pattern`, or begins with it.
pub(super) fn begins_with(path: &Segments, pattern: &str) -> bool {
    if let Some(last) = pattern.strip_prefix("*::") {
        return path.last().is_some_and(|name| name == last);
    }
    let mut segments = path.iter();
    pattern.split("::").all(|expected| segments.next().is_some_and(|segment| segment == expected))
}

/// What was parsed of the sources.
struct Files<'a> {
    files: Vec<(&'a Path, syn::File, Imports)>,
}

impl<'a> Files<'a> {
    fn parse(sources: &'a [Source]) -> Files<'a> {
        let parsed: Vec<(&Path, syn::File)> = sources
            .iter()
            .filter_map(|source| Some((source.path.as_path(), syn::parse_file(&source.text).ok()?)))
            .collect();
        let for_tests: Vec<PathBuf> = parsed.iter().flat_map(|(path, file)| test_modules(path, file)).collect();
        let is_for_tests = |path: &Path| {
            let module = path.with_extension("");
            for_tests.iter().any(|tests| module.starts_with(tests))
        };
        let files = parsed.into_iter().filter(|(path, _)| !is_for_tests(path)).map(|(path, file)| {
            let imports = Imports::of(&file);
            (path, file, imports)
        });
        Files { files: files.collect() }
    }

    fn kind(&self, types: &'static [&'static str]) -> Kind {
        Kind::of(types, self.files.iter().map(|(_, file, imports)| (file, imports)))
    }

    /// The places in each file that have a sign.
    fn search(&self, sign: &Sign, kind: Option<&Kind>) -> Vec<(&'a Path, Vec<LineColumn>)> {
        let mut names: Vec<Names> = Vec::new();
        if let Some(kind) = kind {
            names.extend(self.files.iter().map(|(_, file, imports)| kind.names(file, imports)));
        }
        let fields: BTreeSet<String> = names.iter().flat_map(|names| names.fields.iter().cloned()).collect();
        let mut names = names.into_iter();
        let search = |(path, file, imports): &(&'a Path, syn::File, Imports)| {
            let locals = names.next().unwrap_or_default().locals;
            let mut finder =
                Finder { form: &sign.form, kind, imports, fields: &fields, locals, found: BTreeMap::new() };
            finder.visit_file(file);
            (*path, finder.found.into_values().collect())
        };
        self.files.iter().map(search).collect()
    }
}

/// Where those modules of a file stand that are only compiled for tests, without the ending.
fn test_modules(path: &Path, file: &syn::File) -> Vec<PathBuf> {
    let stem = path.file_stem().unwrap_or_default();
    let folder = match path.parent() {
        Some(parent) if stem == "mod" || stem == "main" || stem == "lib" => parent.to_owned(),
        _ => path.with_extension(""),
    };
    modules(file).into_iter().map(|module| folder.join(module)).collect()
}

/// Looks for one sign in one file.
struct Finder<'a> {
    form: &'a Form,
    kind: Option<&'a Kind>,
    imports: &'a Imports,
    fields: &'a BTreeSet<String>,
    locals: BTreeSet<String>,
    /// By line, so that each is told once.
    found: BTreeMap<usize, LineColumn>,
}

impl Finder<'_> {
    fn note(&mut self, span: Span) {
        let place = span.start();
        self.found.entry(place.line).or_insert(place);
    }

    fn note_unsafe(&mut self, span: Option<Span>) {
        if let Some(span) = span.filter(|_| matches!(self.form, Form::Unsafe)) {
            self.note(span);
        }
    }

    fn iterates(&self) -> bool {
        matches!(self.form, Form::Iteration(_))
    }

    /// Whether an expression is, by its name, one of the containers that are looked for.
    fn is_container(&self, expression: &Expr) -> bool {
        match expression {
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| self.locals.contains(&name.to_string())),
            Expr::Field(field) => match &field.member {
                syn::Member::Named(name) => self.fields.contains(&name.to_string()),
                syn::Member::Unnamed(_) => false,
            },
            Expr::MethodCall(call) if PASSES_ON.iter().any(|name| call.method == name) => {
                self.is_container(&call.receiver)
            }
            Expr::Reference(inner) => self.is_container(&inner.expr),
            Expr::Unary(inner) => self.is_container(&inner.expr),
            Expr::Paren(inner) => self.is_container(&inner.expr),
            Expr::Try(inner) => self.is_container(&inner.expr),
            _ => false,
        }
    }
}

/// What makes of a name something that others rely on.
const UNSAFE_ATTRIBUTES: [&str; 4] = ["unsafe", "no_mangle", "export_name", "link_section"];

/// Methods that iterate.
const ITERATES: [&str; 9] =
    ["iter", "iter_mut", "keys", "values", "values_mut", "into_iter", "into_keys", "into_values", "drain"];

/// Methods that give what they are called on, in another shape.
const PASSES_ON: [&str; 11] =
    ["borrow", "borrow_mut", "clone", "as_ref", "as_mut", "unwrap", "expect", "lock", "read", "write", "get_mut"];

/// Types that can change behind a shared reference, or are only made in the course of the program.
const CHANGING: [&str; 10] =
    ["Cell", "RefCell", "OnceCell", "LazyCell", "Mutex", "RwLock", "OnceLock", "LazyLock", "Lazy", "UnsafeCell"];

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            syn::visit::visit_impl_item_fn(self, function);
        }
    }

    /// To name something is not to use it.
    fn visit_item_use(&mut self, _: &'ast ItemUse) {}

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let is_unsafe = UNSAFE_ATTRIBUTES.iter().any(|name| attribute.path().is_ident(name));
        if matches!(self.form, Form::Unsafe) && is_unsafe {
            self.note(attribute.pound_token.span);
        }
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.note_unsafe(Some(block.unsafe_token.span));
        syn::visit::visit_expr_unsafe(self, block);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let syn::Safety::Unsafe(word) = &signature.safety {
            self.note_unsafe(Some(word.span));
        }
        syn::visit::visit_signature(self, signature);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.note_unsafe(item.unsafety.as_ref().map(|word| word.span));
        syn::visit::visit_item_impl(self, item);
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast syn::ItemForeignMod) {
        self.note_unsafe(Some(item.abi.extern_token.span));
        syn::visit::visit_item_foreign_mod(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_it = match self.form {
            Form::Path(paths) => {
                let meanings = self.imports.meanings(path);
                meanings.iter().any(|meaning| paths.iter().any(|path| begins_with(meaning, path)))
            }
            Form::Type(_) => self.kind.is_some_and(|kind| kind.is_named(path, self.imports)),
            _ => false,
        };
        if let Some(first) = path.segments.first().filter(|_| is_it) {
            self.note(first.ident.span());
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        if self.iterates() && ITERATES.iter().any(|name| call.method == name) && self.is_container(&call.receiver) {
            self.note(call.method.span());
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_for_loop(&mut self, loops: &'ast ExprForLoop) {
        if self.iterates() && self.is_container(&loops.expr) {
            self.note(loops.for_token.span);
        }
        syn::visit::visit_expr_for_loop(self, loops);
    }

    fn visit_expr_cast(&mut self, cast: &'ast ExprCast) {
        if matches!(self.form, Form::Address) && is_number(&cast.ty) && is_pointer(&cast.expr) {
            self.note(cast.as_token.span);
        }
        syn::visit::visit_expr_cast(self, cast);
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        if matches!(self.form, Form::ChangingStatic) && changes(item) {
            self.note(item.ident.span());
        }
        syn::visit::visit_item_static(self, item);
    }

    /// What a macro is given is mostly code, in one of two forms; where it is neither, it is not looked at.
    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        if matches!(self.form, Form::Unsafe) {
            self.note_unsafe(unsafe_in(&called.tokens));
        }
        if let Ok(expressions) = called.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            expressions.iter().for_each(|expression| Visit::visit_expr(self, expression));
        } else if let Ok(statements) = called.parse_body_with(Block::parse_within) {
            statements.iter().for_each(|statement| Visit::visit_stmt(self, statement));
        }
    }
}

/// The first `unsafe` in what a macro is given, or is made of.
fn unsafe_in(tokens: &TokenStream) -> Option<Span> {
    tokens.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(name) if name == "unsafe" => Some(name.span()),
        TokenTree::Group(group) => unsafe_in(&group.stream()),
        _ => None,
    })
}

fn is_number(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    ["usize", "u64", "isize", "i64"].iter().any(|name| path.path.is_ident(name))
}

fn is_pointer(expression: &Expr) -> bool {
    match expression {
        Expr::Cast(cast) => matches!(&*cast.ty, Type::Ptr(_)),
        Expr::Paren(inner) => is_pointer(&inner.expr),
        Expr::MethodCall(call) => call.method == "as_ptr" || call.method == "as_mut_ptr",
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                path.path.segments.last().is_some_and(|last| last.ident == "as_ptr" || last.ident == "from_ref")
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a static can be another one later on.
fn changes(item: &ItemStatic) -> bool {
    struct Changing(bool);

    impl<'ast> Visit<'ast> for Changing {
        fn visit_path(&mut self, path: &'ast syn::Path) {
            let changes = |name: String| CHANGING.contains(&name.as_str()) || name.starts_with("Atomic");
            self.0 |= path.segments.last().is_some_and(|last| changes(last.ident.to_string()));
            syn::visit::visit_path(self, path);
        }
    }
    let mut changing = Changing(!matches!(item.mutability, StaticMutability::None));
    changing.visit_type(&item.ty);
    changing.0
}
