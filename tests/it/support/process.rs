//! Runs the program as a subprocess, and sends plain HTTP requests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Runs the program to its end.
pub fn shikaku(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

/// Returns a command that runs the program in the project's root, without variables that would change its behaviour.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shikaku"));
    command.current_dir(super::root());
    for name in ["DATABASE_URL", "RUST_LOG", "LANG", "LC_ALL", "LC_MESSAGES"] {
        command.env_remove(name);
    }
    command
}

/// Returns standard output and standard error of a finished program.
pub fn texts(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A running server program; killed when dropped.
pub struct Program {
    pub child: Child,
    pub terminal_addr: String,
    pub operator_addr: String,
    pub pki: String,
    log: Arc<Mutex<String>>,
    suggestion: Arc<Mutex<Option<String>>>,
}

impl Program {
    /// Starts a server and waits for its ready line.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (errors, kept) = (child.stderr.take().unwrap(), log.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.find_map(|line| line.ok().filter(|line| line.starts_with("ready: ")));
        let Some(ready) = ready else {
            std::thread::sleep(Duration::from_millis(100));
            panic!("no ready line; {:?}; {}", child.wait(), log.lock().unwrap());
        };
        // Reads on, because a full pipe would stop the server.
        let suggestion = Arc::new(Mutex::new(None));
        let kept = suggestion.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(command) = line.strip_prefix("try: ") {
                    *kept.lock().unwrap() = Some(command.to_owned());
                }
            }
        });
        let words: Vec<&str> = ready.split(' ').collect();
        assert_eq!((words[1], words[3], words[5]), ("terminals", "operator", "pki"), "{ready}");
        Self {
            child,
            terminal_addr: words[2].strip_prefix("https://").unwrap().to_owned(),
            operator_addr: words[4].strip_prefix("http://").unwrap().to_owned(),
            pki: ready.split_once(" pki ").unwrap().1.to_owned(),
            log,
            suggestion,
        }
    }

    /// Starts `shikaku serve` on free ports with a database, a PKI and `extra` arguments.
    pub fn serve(database_url: &str, pki: &Path, extra: &[&str]) -> Self {
        let secret = super::scratch("secret").join("secret.key");
        let mut command = command();
        command.args(["serve", "--terminal-addr", "127.0.0.1:0", "--operator-addr", "127.0.0.1:0"]);
        command.arg("--database-url").arg(database_url).arg("--pki").arg(pki).arg("--secret-file").arg(secret);
        Self::start({
            command.args(extra);
            command
        })
    }

    /// Returns the standard error that has been read so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log holds a text, because the last lines may still be in the pipe.
    pub async fn until_logged(&self, text: &str) {
        for _ in 0..500 {
            if self.log().contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never logged {text:?}:\n{}", self.log());
    }

    /// Waits for the command that the program suggests.
    pub fn suggestion(&self) -> String {
        for _ in 0..500 {
            if let Some(command) = self.suggestion.lock().unwrap().clone() {
                return command;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no command to try; {}", self.log());
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for the end; panics after ten seconds.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the program does not end; {}", self.log());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The program may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends one plain HTTP request; returns status, body and headers.
pub async fn http(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String, hyper::HeaderMap) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path).header("host", address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
    (parts.status.as_u16(), text, parts.headers)
}
