//! The operator listener of the server under test, over plain HTTP.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::plan::Destination;

/// The operator listener of a server.
#[derive(Clone)]
pub struct Operator {
    address: String,
    token: Option<String>,
}

/// Why the operator listener gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperatorError {
    /// It cannot be reached, or the connection broke.
    #[error("{0}")]
    Broken(String),
    /// It answers too late, or too much.
    #[error("no whole answer within {} s and {MOST_BYTES} bytes", PATIENCE.as_secs())]
    TooMuch,
}

/// The longest time of a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer in bytes.
const MOST_BYTES: usize = 4 << 20;

impl Operator {
    /// Names a listener, which may demand a token.
    #[must_use]
    pub fn new(destination: &Destination, token: Option<String>) -> Self {
        Self { address: destination.to_string(), token }
    }

    /// Gets a path; returns the status and the text of the answer.
    ///
    /// # Errors
    /// If there is no whole answer; see [`OperatorError`].
    pub async fn get(&self, path: &str) -> Result<(StatusCode, String), OperatorError> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Posts JSON to a path; returns the status and the text of the answer.
    ///
    /// # Errors
    /// If there is no whole answer; see [`OperatorError`].
    pub async fn post(&self, path: &str, json: Bytes) -> Result<(StatusCode, String), OperatorError> {
        self.send(Request::post(path).header(CONTENT_TYPE, "application/json"), json).await
    }

    async fn send(
        &self,
        request: hyper::http::request::Builder,
        body: Bytes,
    ) -> Result<(StatusCode, String), OperatorError> {
        let mut request = request.header(HOST, &self.address);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::new(body)).map_err(|error| broken(&error))?;
        tokio::time::timeout(PATIENCE, self.exchange(request)).await.map_err(|_| OperatorError::TooMuch)?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, String), OperatorError> {
        let stream = TcpStream::connect(&self.address).await.map_err(|error| broken(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| OperatorError::TooMuch)?;
        connection.abort();
        Ok((parts.status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
    }
}

fn broken(error: &dyn std::error::Error) -> OperatorError {
    OperatorError::Broken(error.to_string())
}
