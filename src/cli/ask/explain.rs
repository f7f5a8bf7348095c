use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::fixtures::Ask;
use crate::http::operator::explain::{ExplainQuestion, Explanation};

use super::Language;
use crate::cli::exit::Exit;
use crate::cli::output;

/// Asks the operator listener why the answer is as it is, and prints the reasons.
pub(super) async fn print(address: &str, token: Option<&str>, ask: &Ask, language: Language) -> Result<(), Exit> {
    let question = ExplainQuestion {
        insurer: ask.insurer.clone(),
        symbol: ask.symbol.clone(),
        number: ask.number.clone(),
        branch: ask.branch.clone(),
        birth_on: ask.birth_on,
        check_on: ask.check_on,
        limit_consent: ask.limit_consent,
    };
    let explanation = post(address, token, &question).await?;
    let mut text = String::new();
    for reason in explanation.reasons {
        let (words, record, rule, dates) = match language {
            Language::Ja => (&reason.japanese, "登録", "規則", "日付"),
            Language::En => (&reason.english, "record", "rule", "dates"),
        };
        text += &format!("\n{}\n    {words}\n", reason.elements);
        if let (Some(id), Some(insurer)) = (reason.record, &reason.insurer) {
            text += &format!("    {record}: {id} ({insurer})\n");
        }
        text += &format!("    {rule}: {} [{}]\n", reason.rule, reason.source);
        if !reason.dates.is_empty() {
            text += &format!("    {dates}: {}\n", reason.dates);
        }
    }
    output::print(text.as_bytes())
}

async fn post(address: &str, token: Option<&str>, question: &ExplainQuestion) -> Result<Explanation, Exit> {
    let failed = |error: &dyn std::fmt::Display| Exit::environment(format!("operator listener {address}: {error}"));
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    tokio::spawn(connection);
    let mut request = Request::post("/api/explain").header("host", address).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = serde_json::to_vec(question).map_err(|error| failed(&error))?;
    let request = request.body(Full::new(Bytes::from(body))).map_err(|error| failed(&error))?;
    let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| failed(&error))?.to_bytes();
    if !status.is_success() {
        return Err(failed(&String::from_utf8_lossy(&body)));
    }
    serde_json::from_slice(&body).map_err(|error| failed(&error))
}
