//! `shikaku pki card`: makes, revokes and renews cards, and tells the running server's simulated J-LIS.

use clap::Subcommand;
use serde_json::json;

use crate::cli::data_dir::DataDir;
use crate::cli::exit::Exit;
use crate::cli::number::within;
use crate::cli::operator::OperatorOptions;
use crate::clock::system_now;
use crate::domain::{CardKind, RevocationReason};
use crate::language::{Bilingual, Language};
use crate::pki::{CardAuthority, CardOrder, NewCard, PkiFiles};
use crate::wire::code;

/// The longest validity of a real certificate: until the fifth birthday after its issue.
const VALID_DAYS: i64 = 1825;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    make: Make,
}

#[derive(Subcommand)]
enum Action {
    /// Revoke a certificate in use.
    Revoke(Revoke),
    /// Put a new certificate in the place of one in use; the old files stay under the name with -old.
    Renew(Make),
}

#[derive(clap::Args)]
#[group(skip)]
struct Make {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    certificate: Certificate,
}

#[derive(clap::Args)]
struct Revoke {
    #[command(flatten)]
    which: Which,
    /// Why: lost, key_compromise or ceased (death, leaving the country, on request)
    #[arg(long, default_value = "lost", value_parser = parse_reason)]
    reason: RevocationReason,
}

/// Whose certificate, and which of them.
#[derive(clap::Args)]
#[group(skip)]
struct Which {
    // Not required as clap means it: that would hold for the subcommands of the same name too.
    /// Id of the person, as in the fixtures; must be given
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// What carries it: card, android or ios
    #[arg(long, default_value = "card", value_parser = parse_kind)]
    kind: CardKind,
    /// Name of the files below pki/cards; by default the person's id, with the kind unless it is a card
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    operator: OperatorOptions,
}

#[derive(clap::Args)]
#[group(skip)]
struct Certificate {
    /// For how many days it is valid
    #[arg(long, value_name = "N", default_value_t = VALID_DAYS, value_parser = within(1, VALID_DAYS))]
    valid_days: i64,
    /// An ECDSA key on P-384, as the next card has
    #[arg(long)]
    ec: bool,
}

pub(super) async fn run(options: Options, language: Language) -> Result<(), Exit> {
    match options.action {
        Some(Action::Revoke(revoke)) => revoke.run(language).await,
        Some(Action::Renew(make)) => make.renew(language).await,
        None => options.make.run().await,
    }
}

impl Make {
    async fn run(self) -> Result<(), Exit> {
        let (files, name) = (self.which.files(), self.which.name()?);
        let new = self.certificate.issue(&files)?;
        let body = json!({
            "person": self.which.person()?, "kind": code::card_kind(self.which.kind), "certificate": new.certificate(),
        });
        self.which.tell(&files, &name, &new, "/api/cards", &body).await?;
        files.rename_card(&unborn(&name), &name)?;
        println!("{}", files.card(&name).display());
        Ok(())
    }

    async fn renew(self, language: Language) -> Result<(), Exit> {
        let (files, name) = (self.which.files(), self.which.name()?);
        let old = self.which.certificate(&files, &name)?;
        let new = self.certificate.issue(&files)?;
        let body = json!({ "certificate": old, "new_certificate": new.certificate() });
        self.which.tell(&files, &name, &new, "/api/cards/renew", &body).await?;
        let old_name = format!("{name}-old");
        files.rename_card(&name, &old_name)?;
        files.rename_card(&unborn(&name), &name)?;
        let (path, old) = (files.card(&name), files.card(&old_name));
        match language {
            Language::Ja => println!("{}（以前のものは{}）", path.display(), old.display()),
            Language::En => println!("{}; the old one is {}", path.display(), old.display()),
        }
        Ok(())
    }
}

/// Returns the name of files that J-LIS does not know yet.
fn unborn(name: &str) -> String {
    format!("{name}.unregistered")
}

impl Revoke {
    async fn run(self, language: Language) -> Result<(), Exit> {
        let (files, name) = (self.which.files(), self.which.name()?);
        let certificate = self.which.certificate(&files, &name)?;
        let body = json!({ "certificate": certificate, "reason": code::revocation_reason(self.reason) });
        self.which.operator.post("/api/cards/revoke", body.to_string().into_bytes()).await?;
        let path = files.card(&name);
        match language {
            Language::Ja => println!("{}を失効させました", path.display()),
            Language::En => println!("{} is revoked", path.display()),
        }
        Ok(())
    }
}

impl Which {
    fn files(&self) -> PkiFiles {
        PkiFiles::at(&self.data.pki())
    }

    fn person(&self) -> Result<&str, Exit> {
        self.person.as_deref().ok_or_else(|| {
            Exit::usage((
                "give --person; see `shikaku pki card --help`",
                "--personを指定してください。使い方は`shikaku pki card --help`にあります",
            ))
        })
    }

    fn name(&self) -> Result<String, Exit> {
        let person = self.person()?;
        let usual = match self.kind {
            CardKind::Card => person.to_owned(),
            kind => format!("{person}-{}", code::card_kind(kind)),
        };
        let name = self.name.clone().unwrap_or(usual);
        let legal = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let wrong = (
            "names and ids consist of lower-case letters, digits and hyphens",
            "名前とidに使えるのは、小文字の英字、数字、ハイフンだけです",
        );
        if legal { Ok(name) } else { Err(Exit::usage(wrong)) }
    }

    /// Writes a new card under a name of its own, then tells the server. So every card that J-LIS knows is on the disk, and a
    /// card that J-LIS refuses is removed.
    async fn tell(
        &self,
        files: &PkiFiles,
        name: &str,
        new: &NewCard,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<(), Exit> {
        new.write(files, &unborn(name))?;
        let told = self.operator.post(path, body.to_string().into_bytes()).await;
        if told.is_err() {
            files.remove_card(&unborn(name))?;
        }
        told?;
        Ok(())
    }

    fn certificate(&self, files: &PkiFiles, name: &str) -> Result<String, Exit> {
        let path = files.card(name);
        std::fs::read_to_string(&path)
            .map_err(|error| Exit::usage(Bilingual::from(error).map(|error| format!("{}: {error}", path.display()))))
    }
}

impl Certificate {
    fn issue(&self, files: &PkiFiles) -> Result<NewCard, Exit> {
        let at = system_now();
        Ok(CardAuthority::open(files)?.issue(CardOrder::days_from(at, 0, self.valid_days, self.ec))?)
    }
}

fn parse_kind(word: &str) -> Result<CardKind, Bilingual> {
    let wrong = ("must be card, android or ios", "card、android、iosのどれかを指定してください");
    code::parse_card_kind(word).ok_or_else(|| wrong.into())
}

fn parse_reason(word: &str) -> Result<RevocationReason, Bilingual> {
    let wrong = ("must be lost, key_compromise or ceased", "lost、key_compromise、ceasedのどれかを指定してください");
    code::parse_revocation_reason(word).ok_or_else(|| wrong.into())
}
