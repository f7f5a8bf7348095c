//! `shikaku pki`: certificates of the server and of terminals, and the revocation list.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use crate::support::process::{shikaku, texts};
use crate::support::{fixtures, scratch};

fn run(data: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut all = arguments.to_vec();
    all.extend(["--data-dir", data.to_str().unwrap()]);
    let output = shikaku(&all);
    let (out, err) = texts(&output);
    (output.status.code(), out, err)
}

/// Reads a certificate and passes it to `look`.
fn with_certificate<T>(path: &Path, look: impl FnOnce(&x509_parser::prelude::X509Certificate<'_>) -> T) -> T {
    let (_, pem) = parse_x509_pem(&std::fs::read(path).unwrap()).unwrap();
    look(&pem.parse_x509().unwrap())
}

#[test]
fn init_makes_everything_once() {
    let data = scratch("pki-init");
    let pki = data.join("pki");
    let (code, out, err) = run(&data, &["pki", "init"]);
    assert_eq!(code, Some(0), "{err}");
    let terminals: usize = fixtures().institutions.iter().map(|entry| entry.terminals.len()).sum();
    assert!(out.contains(&format!("{terminals} new terminal certificates")), "{out}");
    let certificate = pki.join("institutions/1310012344/reception-2.pem");
    let subject = with_certificate(&certificate, |certificate| certificate.subject().to_string());
    assert!(
        subject.contains("OU=1310012344") && subject.contains("CN=reception-2") && subject.contains("TEST"),
        "{subject}"
    );
    with_certificate(&pki.join("server.pem"), |server| {
        let names = format!("{:?}", server.subject_alternative_name().unwrap().unwrap().value.general_names);
        assert!(names.contains("localhost") && names.contains("[127, 0, 0, 1]"), "{names}");
        assert!(server.subject().to_string().contains("TEST"));
    });
    for key in ["ca.key", "server.key", "institutions/1310012344/reception-1.key"] {
        assert_eq!(std::fs::metadata(pki.join(key)).unwrap().permissions().mode() & 0o777, 0o600, "{key}");
    }
    let before = std::fs::read(&certificate).unwrap();
    let (_, out, _) = run(&data, &["pki", "init"]);
    assert!(out.contains("0 new terminal certificates"), "{out}");
    assert_eq!(std::fs::read(&certificate).unwrap(), before);
}

/// Returns the names in the server's certificate.
fn server_names(data: &Path) -> Vec<String> {
    use x509_parser::prelude::GeneralName;
    with_certificate(&data.join("pki/server.pem"), |server| {
        let names = server.subject_alternative_name().unwrap().unwrap();
        let text = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => (*name).to_owned(),
            GeneralName::IPAddress(octets) => format!("{octets:?}"),
            other => panic!("{other}"),
        };
        names.value.general_names.iter().map(text).collect()
    })
}

#[test]
fn the_server_gets_names_and_keeps_them() {
    let data = scratch("pki-names");
    let usual = ["localhost", "[127, 0, 0, 1]", "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]"];
    run(&data, &["pki", "init"]);
    assert_eq!(server_names(&data), usual);
    let first = std::fs::read(data.join("pki/server.pem")).unwrap();
    // The existing certificate lacks the names, so the same CA makes another.
    let ca = std::fs::read(data.join("pki/ca.pem")).unwrap();
    let (code, out, err) = run(&data, &["pki", "init", "--server-name", "Shikaku.example", "192.168.10.5"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("new server certificate") && out.contains("shikaku.example") && out.contains("SIGHUP"), "{out}");
    assert_eq!(server_names(&data)[3..], ["shikaku.example", "[192, 168, 10, 5]"]);
    assert_eq!(server_names(&data)[..3], usual);
    assert_eq!(std::fs::read(data.join("pki/ca.pem")).unwrap(), ca);
    let second = std::fs::read(data.join("pki/server.pem")).unwrap();
    assert_ne!(second, first);
    // Names that the certificate has already make no new one.
    for names in [&["--server-name", "192.168.10.5"][..], &["--server-name", "localhost"], &[]] {
        let (code, out, err) = run(&data, &[&["pki", "init"], names].concat());
        assert_eq!(code, Some(0), "{err}");
        assert!(!out.contains("server certificate"), "{out}");
        assert_eq!(std::fs::read(data.join("pki/server.pem")).unwrap(), second);
    }
    let (_, out, err) = run(&data, &["pki", "init", "--server-name", "*.clinic.example", "--server-name", "[fd00::5]"]);
    assert!(out.contains("new server certificate"), "{out}{err}");
    let fifth = "[253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]";
    assert_eq!(server_names(&data)[3..], ["shikaku.example", "[192, 168, 10, 5]", "*.clinic.example", fifth]);
    with_certificate(&data.join("pki/server.pem"), |server| {
        let (_, pem) = parse_x509_pem(&ca).unwrap();
        assert_eq!(server.issuer(), pem.parse_x509().unwrap().subject());
    });
}

#[test]
fn names_that_no_certificate_can_have_are_refused() {
    let data = scratch("pki-names-wrong");
    for (name, reason) in [
        ("https://shikaku.example", "without https://"),
        ("shikaku.example:8443", "port"),
        ("0.0.0.0", "no terminal connects"),
        ("fe80::1%eth0", "%scope"),
        ("192.168.10", "looks like an IP address"),
        ("資格.example", "xn--"),
        ("a_b.example", "letters, digits and hyphens"),
        ("-a.example", "hyphen at either end"),
        ("*.example", "*.clinic.example"),
        ("", "1 to 63"),
    ] {
        let argument = format!("--server-name={name}");
        let (code, _, err) = run(&data, &["pki", "init", "--server-name", "good.example", &argument]);
        assert_eq!(code, Some(2), "{name}: {err}");
        assert!(err.contains(reason), "{name}: {err}");
        assert!(!data.join("pki").exists(), "{name}");
    }
}

#[test]
fn a_certificate_of_somebody_else_is_left_alone() {
    let data = scratch("pki-foreign");
    run(&data, &["pki", "init"]);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["shikaku.example".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "somebody's own");
    params.not_after = time::OffsetDateTime::now_utc() + time::Duration::days(400);
    let foreign = params.self_signed(&key).unwrap().pem();
    std::fs::write(data.join("pki/server.pem"), &foreign).unwrap();
    // The certificate is for this name, so there is nothing to do.
    let (code, out, err) = run(&data, &["pki", "init", "--server-name", "shikaku.example"]);
    assert_eq!((code, out.contains("server certificate")), (Some(0), false), "{err}");
    let (code, _, err) = run(&data, &["pki", "init", "--server-name", "other.example"]);
    assert_eq!(code, Some(3), "{err}");
    assert!(err.contains("not for other.example") && err.contains("remove it"), "{err}");
    assert_eq!(std::fs::read_to_string(data.join("pki/server.pem")).unwrap(), foreign);
}

#[test]
fn one_more_institution_with_rsa() {
    let data = scratch("pki-rsa");
    run(&data, &["pki", "init"]);
    let (code, out, err) = run(&data, &["pki", "institution", "0110113719", "window-1", "--rsa"]);
    assert_eq!(code, Some(0), "{err}");
    let path = data.join("pki/institutions/0110113719/window-1.pem");
    assert_eq!(out.trim(), path.display().to_string());
    let bits = with_certificate(&path, |certificate| {
        certificate.public_key().parsed().map(|key| key.key_size()).unwrap_or_default()
    });
    assert_eq!(bits, 2048);
    let (_, out, _) = run(&data, &["pki", "institution", "0110113719", "window-1"]);
    assert!(out.contains("exists already"), "{out}");
}

#[test]
fn revoking_puts_the_serial_on_a_newer_list() {
    let data = scratch("pki-revoke");
    run(&data, &["pki", "init"]);
    let list = || {
        let (_, pem) = parse_x509_pem(&std::fs::read(data.join("pki/crl.pem")).unwrap()).unwrap();
        let (_, list) = CertificateRevocationList::from_der(&pem.contents).unwrap();
        let serials: Vec<Vec<u8>> = list.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()).collect();
        (list.crl_number().unwrap().clone(), serials)
    };
    let (first, none) = list();
    assert!(none.is_empty());
    let mut serials = Vec::new();
    for terminal in ["reception-1", "reception-2"] {
        let certificate = data.join(format!("pki/institutions/1310012344/{terminal}.pem"));
        let (code, out, err) = run(&data, &["pki", "revoke", certificate.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("is revoked"), "{out}");
        serials.push(with_certificate(&certificate, |certificate| certificate.raw_serial().to_vec()));
        let (_, out, _) = run(&data, &["pki", "revoke", certificate.to_str().unwrap()]);
        assert!(out.contains("was revoked already"), "{out}");
    }
    let (second, listed) = list();
    assert!(second > first);
    assert_eq!(listed, serials);
}

#[test]
fn what_cannot_be_done_says_what_to_do() {
    let data = scratch("pki-wrong");
    let (code, _, err) = run(&data, &["pki", "institution", "0110113719"]);
    assert_eq!(code, Some(3));
    assert!(err.contains("pki init"), "{err}");
    run(&data, &["pki", "init"]);
    let (code, _, err) = run(&data, &["pki", "institution", "0110113718"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("check digit"), "{err}");
    let (code, _, _) = run(&data, &["pki", "institution", "0110113719", "../escape"]);
    assert_eq!(code, Some(2));
    let (code, _, err) = run(&data, &["pki", "revoke", "Cargo.toml"]);
    assert_eq!(code, Some(3));
    assert!(err.contains("is not a PEM certificate"), "{err}");
}
