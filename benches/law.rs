//! Measures the rules of law: case files, and decisions. `cargo bench --bench law`.

#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use shikaku::decide::{Held, Holder, by_card, findings};
use shikaku::domain::{AnswerCharset, CardQuery, PersonFacts, PersonId, Registration};
use shikaku::fixtures::{FixturePerson, Fixtures};
use shikaku::wire::message::by_card::Request;
use shikaku::wire::{Bounds, Format};

// The allocator of the shipped program.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Measures each case file of the project by itself.
fn case_files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("rules_check");
    let mut files: Vec<_> =
        std::fs::read_dir(project().join("fixtures/cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "csv")) {
        let text = std::fs::read(&path).unwrap();
        let report = shikaku::cases::check(&text[..]).unwrap();
        assert!(report.failures.is_empty(), "{}", path.display());
        group.throughput(Throughput::Elements(report.cases as u64));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        group.bench_function(name, |bencher| bencher.iter(|| shikaku::cases::check(black_box(&text[..])).unwrap()));
    }
    group.finish();
}

/// Returns the question of a fixture person, and the facts that the registry would hold of them.
fn question((place, person): (usize, &FixturePerson)) -> (CardQuery, Vec<PersonFacts>) {
    let message = person.ask.request("1310012344").write(Format::Json, AnswerCharset::Utf8);
    let root = Format::Json.parse(&message, Bounds::SINGLE).unwrap();
    let query = Request::parse(&root).map_err(|(fault, _)| fault).unwrap().query;
    let id = place as i64;
    let registrations = person.person.coverages.iter().map(|coverage| Registration {
        id,
        coverage: coverage.clone().into(),
        reference: None,
    });
    let facts =
        PersonFacts { id: PersonId(id), protection: person.person.protection, registrations: registrations.collect() };
    (query, vec![facts])
}

/// Measures a decision about every fixture person.
fn decisions(criterion: &mut Criterion) {
    let fixtures = Fixtures::read(&project().join("fixtures")).unwrap();
    let questions: Vec<_> = fixtures.people.iter().enumerate().map(question).collect();
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(questions.len() as u64));
    group.bench_function("by_card", |bencher| {
        bencher.iter(|| {
            for (query, people) in &questions {
                black_box(by_card(black_box(query), None, black_box(people)));
            }
        });
    });
    group.bench_function("findings", |bencher| {
        bencher.iter(|| {
            for person in questions.iter().flat_map(|(_, people)| people) {
                let held: Vec<Held> = person.registrations.iter().map(|one| Held::from(&*one.coverage)).collect();
                let holder = Holder { coverages: &held, died_on: None };
                for registration in &person.registrations {
                    black_box(findings(black_box(&registration.coverage), &holder, date(2026, 11, 22)));
                }
            }
        });
    });
    group.finish();
}

criterion_group!(law, case_files, decisions);
criterion_main!(law);
