//! Tests the search for circles on small made-up trees of files.

use std::collections::BTreeMap;

use super::circles::{chain, circles};
use super::imports::{Uses, lost_paths, uses};
use super::source::{Source, Tests};

fn source(files: &[(&str, &str)]) -> Source {
    let files: BTreeMap<String, String> =
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    Source::parse(&files, Tests::LeftOut)
}

fn uses_of(files: &[(&str, &str)]) -> Vec<String> {
    let uses = uses(&source(files));
    uses.iter().map(|((from, to), names)| format!("{from} {to} {}", Vec::from_iter(names.clone()).join(","))).collect()
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let uses: Uses = uses(&source(files));
    circles(&uses).iter().map(|circle| chain(circle, &uses)).collect()
}

#[test]
fn a_planted_circle_is_found() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A; fn a(_: B) {}"),
        ("b.rs", "pub struct B; fn b() { super::a::A; }"),
    ];
    assert_eq!(circles_of(&files), ["a.rs (uses B of) b.rs (uses A of) a.rs"]);
}

#[test]
fn a_circle_of_three_is_one_chain() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("b.rs", "use crate::c; pub fn b() { c::c(); c::d(); }"),
        ("c.rs", "use crate::a::a; pub fn c() { a() } pub fn d() {}"),
        ("a.rs", "use crate::b::b; pub fn a() { b() }"),
    ];
    assert_eq!(circles_of(&files), ["a.rs (uses b of) b.rs (uses c, d of) c.rs (uses a of) a.rs"]);
}

#[test]
fn each_of_two_circles_is_told() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::{b::B, c::C}; pub struct A(B, C);"),
        ("b.rs", "use crate::a::A; pub struct B(A);"),
        ("c.rs", "use crate::a::A; pub struct C(A);"),
    ];
    assert_eq!(circles_of(&files), ["a.rs (uses B of) b.rs (uses A of) a.rs", "a.rs (uses C of) c.rs (uses A of) a.rs"]);
}

#[test]
fn a_parent_that_uses_the_children_that_use_it_is_a_circle() {
    let child = ("m/child.rs", "use super::Shared; pub fn work(_: Shared) {}");
    for parent in
        ["mod child; pub struct Shared; fn run() { child::work(Shared) }", "mod child; use child::work; pub struct Shared;"]
    {
        let files = [("lib.rs", "mod m;"), ("m/mod.rs", parent), child];
        assert_eq!(circles_of(&files), ["m/child.rs (uses Shared of) m/mod.rs (uses work of) m/child.rs"], "{parent}");
        // The same parent in a file beside its folder.
        let files = [("lib.rs", "mod m;"), ("m.rs", parent), child];
        assert_eq!(circles_of(&files), ["m.rs (uses work of) m/child.rs (uses Shared of) m.rs"], "{parent}");
    }
}

#[test]
fn an_honest_tree_has_no_circle() {
    let files = [
        ("lib.rs", "pub mod m; pub mod n;"),
        ("m/mod.rs", "mod first; mod second; pub use first::First; pub(crate) use second::{Second as Other, help};"),
        ("m/first.rs", "pub struct First;"),
        ("m/second.rs", "use super::First; pub struct Second(First); pub fn help() {}"),
        ("n.rs", "use crate::m::{self, Other}; fn n(_: Other) -> m::First { m::help() }"),
    ];
    assert_eq!(circles_of(&files), [""; 0]);
    // A use through a re-export counts for the file that defines the item.
    assert_eq!(uses_of(&files), ["m/second.rs m/first.rs First", "n.rs m/first.rs First", "n.rs m/second.rs Other,help"]);
}

#[test]
fn a_circle_behind_a_re_export_is_found() {
    let files = [
        ("lib.rs", "mod m;"),
        ("m/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("m/a.rs", "use super::B; pub struct A(B);"),
        ("m/b.rs", "use crate::m; pub struct B(Option<Box<m::A>>);"),
    ];
    assert_eq!(circles_of(&files), ["m/a.rs (uses B of) m/b.rs (uses A of) m/a.rs"]);
}

#[test]
fn every_way_to_write_a_path_is_seen() {
    for text in [
        "use crate::a::A;",
        "use crate::{a::{A}};",
        "use crate::a::{self, A as Other};",
        "use super::a::A as _;",
        "use super::a; fn f() { a::A; }",
        "use super::a as other; fn f(_: Vec<other::A>) {}",
        "use super::a::*; fn f(_: A) {}",
        "fn f() { crate::a::A::new(); }",
        "fn f(x: u8) { match x { super::a::A => {} } }",
        "impl Clone for crate::a::A {}",
        "fn f() { println!(\"{}\", 1 + super::a::A::new(x.y)); }",
        "fn f() { assert!(matches!(x, (_, crate::a::A { .. }))); }",
        "fn f() { use crate::a::A; }",
        "mod inner { use super::super::a::A; }",
        "mod inner { fn f(_: crate::a::A) {} }",
        "#[derive(crate::a::A)] struct B;",
        "struct B { #[serde(default, deserialize_with = \"crate::a::A\")] x: u8 }",
        "pub use crate::a::A; fn f(_: A) {}",
    ] {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "pub struct A;"), ("b.rs", text)];
        assert_eq!(uses_of(&files), ["b.rs a.rs A"], "{text}");
    }
}

#[test]
fn what_is_no_use_is_none() {
    for text in [
        "mod child;",
        "mod child; pub use child::C;",
        "use crate::a;",
        "pub(super) use crate::a::A;",
        "// crate::a::A\n/// [`A`](crate::a::A)\nstruct B;",
        "fn f() { \"crate::a::A\"; }",
        "pub use crate::a::A; fn f(x: X) { x.A; dbg!(x.A); }",
        "use other::a::A;",
        "#[cfg(test)] mod tests { use crate::a::A; }",
        "#[cfg(test)] use crate::a::A;",
        "#[cfg(test)] fn f(_: crate::a::A) {}",
        "struct B; impl B { #[cfg(test)] fn f(_: crate::a::A) {} }",
        "#[cfg(test)] mod child;",
    ] {
        let child = ("b/child.rs", if text.contains("test") { "use crate::a::A;" } else { "pub struct C;" });
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "pub struct A;"), ("b.rs", text), child];
        assert_eq!(uses_of(&files), [""; 0], "{text}");
    }
}

#[test]
fn a_function_with_the_name_of_its_module_is_found() {
    let files = [
        ("lib.rs", "mod m; mod n;"),
        ("m/mod.rs", "mod step; pub use step::step;"),
        ("m/step.rs", "pub fn step() {}"),
        ("n.rs", "use crate::m::step; fn n() { step() }"),
    ];
    assert_eq!(uses_of(&files), ["n.rs m/step.rs step"]);
}

#[test]
fn a_macro_is_used_by_its_bare_name_further_down() {
    let files =
        [("lib.rs", "mod m;"), ("m/mod.rs", "macro_rules! shape { () => {} } mod child;"), ("m/child.rs", "shape!();")];
    assert_eq!(uses_of(&files), ["m/child.rs m/mod.rs shape"]);
}

#[test]
fn what_a_macro_defines_is_found() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "tokio::task_local! { pub static NOTED: Cell<Option<u8>>; }"),
        ("b.rs", "use super::a::NOTED;"),
    ];
    assert_eq!(uses_of(&files), ["b.rs a.rs NOTED"]);
}

#[test]
fn a_path_to_nothing_is_told() {
    let files = [("lib.rs", "mod a;"), ("a.rs", "use crate::gone::B; use std::fs; fn f() { self::f(); super::a::g() }")];
    assert_eq!(lost_paths(&source(&files)), ["src/a.rs: crate::gone::B", "src/a.rs: super::a::g"]);
}
