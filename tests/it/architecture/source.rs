//! Reads the source of a crate as a tree of modules: what each one defines, imports and mentions.

use std::collections::{BTreeMap, BTreeSet};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};

/// The modules of a crate; the first is its root.
pub struct Source {
    pub modules: Vec<Module>,
}

/// A module: a file, or a `mod name { … }` inside of one.
pub struct Module {
    /// The file that holds it, as a path from the root's folder.
    pub file: String,
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// The names of its items, those inside functions included.
    pub items: BTreeSet<String>,
    /// The names in `items` that are macros.
    pub macros: BTreeSet<String>,
    pub imports: Vec<Import>,
    /// Every path in its code outside of `use`.
    pub mentions: BTreeSet<Vec<String>>,
}

/// Whether code that is compiled for tests only counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tests {
    Count,
    LeftOut,
}

/// One leaf of a `use` tree.
pub struct Import {
    pub path: Vec<String>,
    /// Its name in this module; `None` if all names of `path` are imported.
    pub name: Option<String>,
    /// Whether it is visible outside, which makes it a re-export.
    pub passed_on: bool,
}

impl Source {
    /// Reads the files of a crate (path from the root's folder, text), beginning with `lib.rs`.
    ///
    /// # Panics
    /// If a file is missing or is not Rust.
    pub fn parse(files: &BTreeMap<String, String>, tests: Tests) -> Self {
        let mut source = Self { modules: Vec::new() };
        let module = source.add("lib.rs", None);
        Reader { source: &mut source, files, tests, folder: String::new(), module }.read();
        source
    }

    fn add(&mut self, file: &str, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            macros: BTreeSet::new(),
            imports: Vec::new(),
            mentions: BTreeSet::new(),
        });
        self.modules.len() - 1
    }
}

struct Reader<'a> {
    source: &'a mut Source,
    files: &'a BTreeMap<String, String>,
    tests: Tests,
    /// The folder of the module's children: empty, or with a slash at its end.
    folder: String,
    module: usize,
}

impl Reader<'_> {
    fn here(&mut self) -> &mut Module {
        &mut self.source.modules[self.module]
    }

    /// Reads the module's file.
    fn read(&mut self) {
        let file = &self.source.modules[self.module].file;
        let text = self.files.get(file).unwrap_or_else(|| panic!("there is no {file}"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.visit_file(&syntax);
    }

    /// Tells whether an item with these attributes is skipped.
    fn passes_over(&self, attributes: &[syn::Attribute]) -> bool {
        self.tests == Tests::LeftOut && is_of_tests(attributes)
    }

    /// Notes the paths in the input of a macro, which has no fixed syntax: names joined by `::`, and not after a dot.
    fn scan(&mut self, mut cursor: Cursor<'_>) {
        let mut path: Vec<String> = Vec::new();
        let mut before = String::new();
        loop {
            if let Some((inside, _, _, rest)) = cursor.any_group() {
                self.scan(inside);
                (before, cursor) = (String::new(), rest);
            } else if let Some((name, rest)) = cursor.ident() {
                if !before.ends_with("::") || path.is_empty() {
                    self.mention(&mut path);
                }
                if before != "." {
                    path.push(name.to_string());
                }
                (before, cursor) = (String::new(), rest);
            } else if let Some((mark, rest)) = cursor.punct() {
                before.push(mark.as_char());
                cursor = rest;
            } else if let Some((_, rest)) = cursor.token_tree() {
                (before, cursor) = (String::new(), rest);
            } else {
                return self.mention(&mut path);
            }
        }
    }

    fn mention(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if !path.is_empty() {
            self.here().mentions.insert(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, name) = match item {
            syn::Item::Const(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            syn::Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            syn::Item::Static(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Type(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Union(item) => (&item.attrs, Some(&item.ident)),
            syn::Item::Impl(item) => (&item.attrs, None),
            syn::Item::Mod(item) => (&item.attrs, None),
            syn::Item::Use(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if self.passes_over(attributes) {
            return;
        }
        if let Some(name) = name {
            let name = name.to_string();
            if matches!(item, syn::Item::Macro(_)) {
                self.here().macros.insert(name.clone());
            }
            self.here().items.insert(name);
        }
        visit::visit_item(self, item);
    }

    /// Notes the items that a macro defines in its own syntax, such as `task_local! { static NAME: … }`.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() {
            let tokens = TokenBuffer::new2(item.mac.tokens.clone());
            let (mut cursor, mut defines) = (tokens.begin(), false);
            while let Some((_, rest)) = cursor.token_tree() {
                let name = cursor.ident().map(|(name, _)| name.to_string()).unwrap_or_default();
                if defines && !name.is_empty() {
                    self.here().items.insert(name.clone());
                }
                defines = ["const", "enum", "fn", "static", "struct", "trait", "type"].contains(&name.as_str());
                cursor = rest;
            }
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !self.passes_over(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = item.ident.to_string();
        let folder = format!("{}{name}/", self.folder);
        let file = match &item.content {
            Some(_) => self.here().file.clone(),
            None => {
                let beside = format!("{}{name}.rs", self.folder);
                if self.files.contains_key(&beside) { beside } else { format!("{folder}mod.rs") }
            }
        };
        let module = self.source.add(&file, Some(self.module));
        self.here().children.insert(name, module);
        let mut child = Reader { source: self.source, files: self.files, tests: self.tests, folder, module };
        match &item.content {
            Some((_, items)) => items.iter().for_each(|item| child.visit_item(item)),
            None => child.read(),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let passed_on = !matches!(item.vis, syn::Visibility::Inherited);
        let mut trees = vec![(Vec::<String>::new(), &item.tree)];
        while let Some((mut path, tree)) = trees.pop() {
            let name = match tree {
                syn::UseTree::Path(step) => {
                    path.push(step.ident.to_string());
                    trees.push((path, &step.tree));
                    continue;
                }
                syn::UseTree::Group(group) => {
                    trees.extend(group.items.iter().map(|tree| (path.clone(), tree)));
                    continue;
                }
                syn::UseTree::Name(leaf) => {
                    if leaf.ident != "self" {
                        path.push(leaf.ident.to_string());
                    }
                    path.last().cloned()
                }
                syn::UseTree::Rename(leaf) => {
                    if leaf.ident != "self" {
                        path.push(leaf.ident.to_string());
                    }
                    Some(leaf.rename.to_string())
                }
                syn::UseTree::Glob(_) => None,
            };
            self.here().imports.push(Import { path, name, passed_on });
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.mention(&mut names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.scan(TokenBuffer::new2(call.tokens.clone()).begin());
        visit::visit_macro(self, call);
    }

    /// Notes the paths in the input of an attribute, also in the strings of serde.
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.scan(TokenBuffer::new2(list.tokens.clone()).begin());
            if attribute.path().is_ident("serde") {
                let values = list.tokens.to_string();
                for text in values.split('"').skip(1).step_by(2) {
                    syn::parse_str(text).iter().for_each(|path| self.visit_path(path));
                }
            }
        }
    }
}

/// Tells whether these attributes restrict an item to tests.
fn is_of_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}
