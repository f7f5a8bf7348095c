//! The store without a server: what its statements promise to the queries above them.

use jiff::SignedDuration;
use uuid::Uuid;

use shikaku::clock::system_now;
use shikaku::domain::{InstitutionCode, TreatmentKind};
use shikaku::store::challenges::{self, Binding, Challenge, Use};

use crate::support::TEST_CLINIC;
use crate::support::database::TestDatabase;
use crate::support::world::fixed_now;

fn challenge(number: u128) -> Challenge {
    Challenge {
        id: Uuid::from_u128(number),
        nonce: [u8::try_from(number).unwrap(); 32],
        binding: Binding {
            institution: InstitutionCode::parse(TEST_CLINIC).unwrap(),
            terminal_serial: vec![1, 2, 3],
            purpose: TreatmentKind::Outpatient,
        },
        expires_at: fixed_now() + SignedDuration::from_secs(60),
    }
}

/// Tries to use challenges; returns for each try the first byte of the nonce it got, or a word.
async fn consume(database: &TestDatabase, tries: &[u128]) -> Vec<String> {
    let ids: Vec<Uuid> = tries.iter().map(|number| Uuid::from_u128(*number)).collect();
    let uses = challenges::consume(&mut database.connect().await, &ids, fixed_now()).await.unwrap();
    let told = uses.into_iter().map(|one| match one {
        Use::First(challenge) => challenge.nonce[0].to_string(),
        Use::Again => "again".to_owned(),
        Use::Unknown => "unknown".to_owned(),
    });
    told.collect()
}

#[tokio::test]
async fn of_several_tries_of_one_challenge_in_one_statement_exactly_one_is_the_first() {
    let database = TestDatabase::new().await;
    challenges::keep(&mut database.connect().await, &[challenge(1), challenge(2), challenge(3)], system_now())
        .await
        .unwrap();
    assert_eq!(consume(&database, &[1, 1]).await, ["1", "again"]);
    // Each answer stands at the place of its try, whatever the results of the others.
    assert_eq!(
        consume(&database, &[9, 2, 1, 2, 3, 2, 9]).await,
        ["unknown", "2", "again", "again", "3", "again", "unknown"]
    );
    assert_eq!(consume(&database, &[3, 2, 1]).await, ["again", "again", "again"]);
    assert!(consume(&database, &[]).await.is_empty());
    database.drop().await;
}

#[tokio::test]
async fn of_tries_at_the_same_moment_exactly_one_is_the_first() {
    let database = TestDatabase::new().await;
    challenges::keep(&mut database.connect().await, &[challenge(1)], system_now()).await.unwrap();
    let tries = [1_u128; 8];
    let both = futures_util::future::join_all((0..12).map(|_| consume(&database, &tries))).await;
    let firsts = both.iter().flatten().filter(|one| *one == "1").count();
    assert_eq!((firsts, both.iter().flatten().filter(|one| *one == "again").count()), (1, 12 * 8 - 1));
    database.drop().await;
}

#[tokio::test]
async fn a_challenge_that_is_kept_twice_stays_what_it_was() {
    let database = TestDatabase::new().await;
    let second = Challenge { nonce: [99; 32], ..challenge(1) };
    for kept in [challenge(1), second] {
        challenges::keep(&mut database.connect().await, &[kept], system_now()).await.unwrap();
    }
    assert_eq!(consume(&database, &[1]).await, ["1"]);
    database.drop().await;
}
