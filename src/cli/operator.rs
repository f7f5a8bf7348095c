//! A client of a running server's operator listener.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::language::{Bilingual, Japanese, Language};

use super::exit::Exit;

/// How to reach a running server as its operator.
#[derive(clap::Args)]
pub(super) struct OperatorOptions {
    /// The server's operator listener
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "SHIKAKU_OPERATOR_ADDR")]
    operator_addr: String,
    /// Bearer token of the operator listener
    #[arg(long, value_name = "TOKEN", env = "SHIKAKU_OPERATOR_TOKEN", hide_env_values = true)]
    operator_token: Option<String>,
}

/// Why a request got no answer.
pub(super) enum Unanswered {
    /// The path names something that the server does not have (SHK4002).
    NotFound(Exit),
    /// Anything else.
    Failed(Exit),
}

impl From<Exit> for Unanswered {
    fn from(exit: Exit) -> Self {
        Self::Failed(exit)
    }
}

impl From<Unanswered> for Exit {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::NotFound(exit) | Unanswered::Failed(exit) => exit,
        }
    }
}

impl OperatorOptions {
    /// Posts JSON; returns the body of the answer.
    pub async fn post(&self, path: &str, json: Vec<u8>) -> Result<Bytes, Unanswered> {
        let address = &self.operator_addr;
        let failed = |reason: Bilingual| {
            let (english, japanese) = (reason.text(Language::En), reason.text(Language::Ja));
            let listener = format!("operator listener {address}: {english}");
            Exit::environment((listener, format!("運用者用の待ち受け{address}: {japanese}")))
        };
        let broken =
            |error: &dyn std::fmt::Display| failed((error.to_string(), format!("通信できません（{error}）")).into());
        let stream = TcpStream::connect(address).await.map_err(|error| {
            let english = format!("{error}; is the server running? --operator-addr names another one");
            let error = error.japanese();
            let japanese = format!("{error}。サーバーは動いていますか。別の待ち受けは--operator-addrで指定できます");
            failed((english, japanese).into())
        })?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        tokio::spawn(connection);
        let mut request = Request::post(path).header("host", address).header("content-type", "application/json");
        if let Some(token) = &self.operator_token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::new(Bytes::from(json))).map_err(|error| broken(&error))?;
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| broken(&error))?.to_bytes();
        match status {
            _ if status.is_success() => Ok(body),
            hyper::StatusCode::NOT_FOUND => Err(Unanswered::NotFound(refusal(address, status, &body))),
            _ => Err(Unanswered::Failed(refusal(address, status, &body))),
        }
    }
}

/// Turns the server's problem document into a failure.
fn refusal(address: &str, status: hyper::StatusCode, body: &[u8]) -> Exit {
    let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(serde_json::Value::as_str);
    match (text("code"), text("title")) {
        (Some(code), Some(title)) => {
            let detail = text("detail").map(|detail| format!(": {detail}")).unwrap_or_default();
            let japanese = text("message").unwrap_or(title);
            Exit::data((
                format!("the server refused: {code} {title}{detail}"),
                format!("サーバーが拒否しました: {code} {japanese}{detail}"),
            ))
        }
        _ => Exit::environment((
            format!("operator listener {address}: HTTP status {status}"),
            format!("運用者用の待ち受け{address}: HTTPステータス{status}"),
        )),
    }
}
