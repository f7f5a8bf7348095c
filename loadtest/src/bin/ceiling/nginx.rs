//! nginx, which serves a file over mutual TLS: what a server could do that knows the answer.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shikaku::language::Bilingual;
use shikaku::pki::PkiFiles;
use tokio::net::TcpStream;

use crate::child::{Child, in_session};

/// The path of the file.
pub const PATH: &str = "/answer";

/// How long a start may take.
const START: Duration = Duration::from_secs(20);

/// A running nginx.
pub struct Nginx {
    child: Child,
    /// Its address.
    pub address: String,
}

impl Nginx {
    /// Starts it with the certificate of a server of this PKI; `answer` is the file that it serves.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start(program: &Path, pki: &PkiFiles, answer: &[u8], directory: &Path) -> Result<Self, Bilingual> {
        let own = directory.join("nginx");
        fs::create_dir_all(own.join("files"))?;
        fs::write(own.join("files/answer"), answer)?;
        // Its workers may run under another account.
        for path in [own.clone(), own.join("files")] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        }
        let address = free_address()?;
        let configuration = own.join("nginx.conf");
        fs::write(&configuration, configuration_text(&own, pki, &address))?;
        let mut command = in_session(program);
        command.arg("-p").arg(&own).arg("-c").arg(&configuration).arg("-e").arg("stderr");
        let mut child = Child::start("nginx", command, directory)?;
        let begun = Instant::now();
        while TcpStream::connect(&address).await.is_err() {
            // It prints nothing; the end of its output is its own.
            if begun.elapsed() > START || child.line("", Duration::from_millis(20)).await.is_ok() {
                return Err(("nginx does not listen", "nginxが接続を受け付けません").into());
            }
            if crate::processor::tree(child.id()).is_empty() {
                child.success(START).await?;
                return Err(("nginx ended", "nginxが終了しました").into());
            }
        }
        Ok(Self { child, address })
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

/// Finds nginx at a place; or in PATH, where Debian puts it, or where loadtest/peers/install has unpacked it.
///
/// # Errors
/// If there is none.
pub fn find(given: Option<&Path>, peers: &Path) -> Result<PathBuf, Bilingual> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = [PathBuf::from("/usr/sbin"), peers.join("nginx/usr/sbin")];
    let mut places = match given {
        Some(given) => vec![given.to_owned()],
        None => std::env::split_paths(&path).chain(usual).map(|place| place.join("nginx")).collect(),
    };
    places.retain(|place| place.is_file());
    let missing = (
        "not installed; loadtest/peers/install does it",
        "インストールされていません（loadtest/peers/installで入れられます）",
    );
    places.into_iter().next().ok_or_else(|| missing.into())
}

fn free_address() -> Result<String, Bilingual> {
    // Nobody else is told the port between this and the start; if somebody takes it, nginx says so.
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// Writes the configuration: two workers, no log, no resumption of sessions, which shikaku does not allow either.
fn configuration_text(own: &Path, pki: &PkiFiles, address: &str) -> String {
    let (own, certificate, key, ca) = (own.display(), pki.server(), pki.server_key(), pki.ca());
    let [certificate, key, ca] = [certificate, key, ca].map(|path| path.display().to_string());
    format!(
        r#"daemon off;
worker_processes 2;
pid "{own}/nginx.pid";
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type application/json;
    sendfile on;
    tcp_nodelay on;
    keepalive_requests 1000000000;
    open_file_cache max=16;
    client_body_temp_path "{own}/body";
    proxy_temp_path "{own}/proxy";
    fastcgi_temp_path "{own}/fastcgi";
    uwsgi_temp_path "{own}/uwsgi";
    scgi_temp_path "{own}/scgi";
    server {{
        listen {address} ssl;
        root "{own}/files";
        ssl_protocols TLSv1.3;
        ssl_certificate "{certificate}";
        ssl_certificate_key "{key}";
        ssl_client_certificate "{ca}";
        ssl_verify_client on;
        ssl_session_cache off;
        ssl_session_tickets off;
    }}
}}
"#
    )
}
