//! Finds which file of the source uses which, and for what.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// Maps the using file and the defining file to the names that are used.
pub type Uses = BTreeMap<(String, String), BTreeSet<String>>;

/// The target of a path.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(usize),
    /// An item defined in this module.
    Item(usize),
}

/// Finds which file uses which.
///
/// A file uses another if it imports or mentions an item that the other defines, under any re-exported name. Re-exports
/// (`pub use`) and declarations (`mod`) are not uses.
pub fn uses(source: &Source) -> Uses {
    let mut uses = Uses::new();
    for (place, module) in source.modules.iter().enumerate() {
        let imported = module.imports.iter().filter(|import| !import.passed_on).map(|import| &import.path);
        for path in imported.chain(&module.mentions) {
            for target in targets(source, place, path, &mut Vec::new()) {
                let Target::Item(definer) = target else { continue };
                let to = &source.modules[definer].file;
                if *to != module.file {
                    let name =
                        path.iter().rfind(|name| source.modules[definer].items.contains(*name)).or_else(|| path.last());
                    uses.entry((module.file.clone(), to.clone())).or_default().extend(name.cloned());
                }
            }
        }
    }
    uses
}

/// Returns the paths that begin within the crate and lead to nothing known to [`uses`].
pub fn lost_paths(source: &Source) -> Vec<String> {
    let mut lost = Vec::new();
    for (place, module) in source.modules.iter().enumerate() {
        let paths = module.imports.iter().map(|import| &import.path).chain(&module.mentions);
        let within = paths.filter(|path| path.len() > 1 && ["crate", "self", "super"].contains(&path[0].as_str()));
        let nowhere = within.filter(|path| targets(source, place, path, &mut Vec::new()).is_empty());
        lost.extend(nowhere.map(|path| format!("src/{}: {}", module.file, path.join("::"))));
    }
    lost
}

/// Follows a path from a module. Finds nothing for items of other crates.
fn targets(source: &Source, from: usize, path: &[String], open: &mut Vec<(usize, String)>) -> BTreeSet<Target> {
    let Some((first, rest)) = path.split_first() else { return BTreeSet::new() };
    let mut found = match first.as_str() {
        "crate" => BTreeSet::from([Target::Module(0)]),
        "self" => BTreeSet::from([Target::Module(from)]),
        "super" => source.modules[from].parent.map(Target::Module).into_iter().collect(),
        name => {
            let named = named(source, from, name, open);
            if named.is_empty() && path.len() == 1 { macro_above(source, from, name) } else { named }
        }
    };
    for name in rest {
        found = found
            .into_iter()
            .flat_map(|target| match target {
                Target::Module(module) if name == "super" => {
                    source.modules[module].parent.map(Target::Module).into_iter().collect()
                }
                Target::Module(module) => named(source, module, name, open),
                // A variant or an associated item is defined with its type.
                Target::Item(_) => BTreeSet::from([target]),
            })
            .collect();
    }
    found
}

/// Resolves a name in a module. A module and a function may share a name.
fn named(source: &Source, place: usize, name: &str, open: &mut Vec<(usize, String)>) -> BTreeSet<Target> {
    let module = &source.modules[place];
    let mut found = BTreeSet::new();
    found.extend(module.items.contains(name).then_some(Target::Item(place)));
    found.extend(module.children.get(name).map(|child| Target::Module(*child)));
    // An import may begin with its own name, as in `use step::step`.
    let asked = (place, name.to_owned());
    if open.contains(&asked) {
        return found;
    }
    open.push(asked);
    for import in module.imports.iter().filter(|import| import.name.as_deref() == Some(name)) {
        found.extend(targets(source, place, &import.path, open));
    }
    if found.is_empty() {
        for import in module.imports.iter().filter(|import| import.name.is_none()) {
            for target in targets(source, place, &import.path, open) {
                match target {
                    Target::Module(module) => found.extend(named(source, module, name, open)),
                    Target::Item(_) => {}
                }
            }
        }
    }
    open.pop();
    found
}

/// Finds a macro by its bare name, which is in scope in all modules below its own.
fn macro_above(source: &Source, from: usize, name: &str) -> BTreeSet<Target> {
    let above = std::iter::successors(Some(from), |place| source.modules[*place].parent);
    above.filter(|place| source.modules[*place].macros.contains(name)).take(1).map(Target::Item).collect()
}
