//! The private PostgreSQL: it starts, keeps its data, refuses a second user, and leaves nothing behind.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Executor};

use shikaku::postgres::{Binaries, Durability, PostgresError, PrivatePostgres};

use crate::support::scratch;

async fn start(directory: &Path, durability: Durability) -> Result<PrivatePostgres, PostgresError> {
    PrivatePostgres::start(&Binaries::find().unwrap(), directory, durability).await
}

#[tokio::test]
async fn a_kept_directory_keeps_its_data() {
    let directory = scratch("postgres-kept");
    let server = start(&directory, Durability::Kept).await.unwrap();
    let mut connection = server.options("postgres").connect().await.unwrap();
    connection.execute("create table kept (value int); insert into kept values (42)").await.unwrap();
    drop(connection);
    drop(server);
    assert_eq!(servers_of(&directory), Vec::<String>::new());

    let server = start(&directory, Durability::Kept).await.unwrap();
    let mut connection = server.options("postgres").connect().await.unwrap();
    let value: i32 = sqlx::query_scalar("select value from kept").fetch_one(&mut connection).await.unwrap();
    assert_eq!(value, 42);
    let listening: String = sqlx::query_scalar("show listen_addresses").fetch_one(&mut connection).await.unwrap();
    let durable: String = sqlx::query_scalar("show fsync").fetch_one(&mut connection).await.unwrap();
    assert_eq!((listening.as_str(), durable.as_str()), ("", "on"));
}

#[tokio::test]
async fn an_ephemeral_directory_vanishes() {
    let directory = scratch("postgres-ephemeral");
    let server = start(&directory, Durability::Ephemeral).await.unwrap();
    let mut connection = server.options("postgres").connect().await.unwrap();
    let durable: String = sqlx::query_scalar("show fsync").fetch_one(&mut connection).await.unwrap();
    assert_eq!(durable, "off");
    drop(connection);
    drop(server);
    assert!(!directory.join("cluster").exists());
}

#[tokio::test]
async fn a_directory_in_use_is_not_touched() {
    let directory = scratch("postgres-used");
    let _first = start(&directory, Durability::Kept).await.unwrap();
    let second = start(&directory, Durability::Kept).await;
    assert!(matches!(second, Err(PostgresError::InUse(_))), "{:?}", second.err());
}

#[tokio::test]
async fn a_cluster_that_was_never_finished_is_made_anew() {
    let directory = scratch("postgres-half");
    drop(start(&directory, Durability::Kept).await.unwrap());
    std::fs::remove_file(directory.join("complete")).unwrap();
    std::fs::remove_file(directory.join("cluster/global/pg_control")).unwrap();
    start(&directory, Durability::Kept).await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let directory = scratch("postgres-broken");
    drop(start(&directory, Durability::Kept).await.unwrap());
    std::fs::write(directory.join("cluster/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let error = start(&directory, Durability::Kept).await.err().unwrap().to_string();
    assert!(error.contains("no_such_setting") && error.contains("postgres.log"), "{error}");
}

#[test]
fn a_path_too_long_for_a_socket_is_no_obstacle() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let directory = scratch("postgres-long").join("d".repeat(90)).join("e".repeat(90));
    std::fs::create_dir_all(&directory).unwrap();
    let server = runtime.block_on(start(&directory, Durability::Ephemeral)).unwrap();
    runtime.block_on(server.options("postgres").connect()).unwrap();
}

/// Returns the command lines of the servers on a data directory.
pub fn servers_of(directory: &Path) -> Vec<String> {
    let cluster = directory.canonicalize().unwrap_or_else(|_| PathBuf::from(directory)).join("cluster");
    let output = Command::new("ps").args(["-eo", "args"]).output().unwrap();
    let wanted = format!("-D {}", cluster.display());
    String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains(&wanted)).map(str::to_owned).collect()
}

/// Waits until no server is left on a data directory.
pub fn assert_none_left(directory: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !servers_of(directory).is_empty() {
        assert!(Instant::now() < deadline, "left behind: {:?}", servers_of(directory));
        std::thread::sleep(Duration::from_millis(20));
    }
}
