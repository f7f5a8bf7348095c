//! Isolates illegal stored values: a value that cannot be read fails its own question and no other.

use std::pin::Pin;

use sqlx::PgConnection;

use super::StoreError;

/// The result of reading for several questions: the outer error is about the statement, an inner one about one question.
pub(super) type ReadEach<A> = Result<Vec<Result<A, StoreError>>, StoreError>;

/// A read in progress.
pub(super) type Reading<'a, A> = Pin<Box<dyn Future<Output = ReadEach<A>> + Send + 'a>>;

/// Reads for all questions at once. If the whole statement fails because of a stored value, splits the questions in halves and
/// reads each, down to the question that the value belongs to.
pub(super) async fn apart<Q: Sync, A: Send>(
    connection: &mut PgConnection,
    questions: &[Q],
    read: for<'a> fn(&'a mut PgConnection, &'a [Q]) -> Reading<'a, A>,
) -> ReadEach<A> {
    let mut answers = Vec::new();
    let mut left = vec![questions];
    while let Some(questions) = left.pop() {
        match read(&mut *connection, questions).await {
            Ok(read) if answers.is_empty() => answers = read,
            Ok(read) => answers.extend(read),
            Err(error) if !error.is_inconsistency() => return Err(error),
            Err(error) if questions.len() < 2 => answers.push(Err(error)),
            Err(_) => {
                let (first, second) = questions.split_at(questions.len() / 2);
                left.extend([second, first]);
            }
        }
    }
    Ok(answers)
}
