//! Requests to the operator listener of a test's server.

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::World;

/// Puts JSON to a path; panics if the server refuses it.
pub async fn put(world: &World, path: &str, json: &str) {
    let address = world.app.operator_addr().to_string();
    let stream = TcpStream::connect(&address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::put(path).header("host", &address).header("content-type", "application/json");
    let request = request.body(Full::new(Bytes::from(json.to_owned()))).unwrap();
    let status = sender.send_request(request).await.unwrap().status();
    assert!(status.is_success(), "{path}: {status}");
}
