//! OQSmuquc01 and its like: accepts a file with questions about many people.

use jiff::civil::Date;

use crate::clock::tokyo_date;
use crate::config::BulkLimits;
use crate::domain::{BatchKind, NewSlice, ReceptionNumber, WantedPeople};
use crate::query::{BulkRegister, NewFile};
use crate::wire::message::bulk_register::{self as wire, Upload};
use crate::wire::message::entry::Packer;
use crate::wire::message::{Message, Understood};
use crate::wire::{Fault, Sent};

use super::arrivals::Arriving;
use super::incoming::MessageBody;
use super::message::Exchange;
use super::refused::MessageRefused;
use super::reply::Reply;

/// A file that was read.
struct ReadFile {
    upload: Upload,
    slices: Vec<NewSlice>,
    people: Vec<u64>,
}

/// A file that was read. Holds its part of the memory budget until it is stored or refused.
struct Arrived {
    read: ReadFile,
    _share: Arriving,
}

/// Stores a file and answers with its reception number. The answer leaves after the commit.
pub(super) async fn answer(exchange: &Exchange, body: impl MessageBody, sent: Sent, kind: BatchKind) -> Reply {
    let Arrived { read, _share } = match arrive(exchange, body, sent, kind).await {
        Ok(arrived) => arrived,
        Err((refused, understood)) => return exchange.refuse(&understood, refused),
    };
    let understood = read.upload.understood();
    let file_identifier = read.upload.file_identifier.clone();
    let limit = exchange.parts.limits.request;
    match tokio::time::timeout(limit, Box::pin(register(exchange, read))).await.unwrap_or(Err(MessageRefused::Timeout)) {
        Ok(number) => exchange.reply(wire::answer(&exchange.processed, file_identifier.as_deref(), &number)),
        Err(refused) => exchange.refuse(&understood, refused),
    }
}

/// Reads a file, within bounds of memory and time.
async fn arrive(
    exchange: &Exchange,
    body: impl MessageBody,
    sent: Sent,
    kind: BatchKind,
) -> Result<Arrived, (MessageRefused, Understood)> {
    let unread = |refused| (refused, Understood::default());
    let parts = &exchange.parts;
    let limits = parts.limits.bulk;
    let institution = exchange.admitted().map_err(unread)?.code;
    let announced = body.announced(limits.file_bytes).map_err(unread)?;
    let admitted = parts.arrivals.admit(institution, announced);
    let arriving = tokio::time::timeout(parts.limits.request, admitted).await;
    let arriving = arriving.unwrap_or(Err(MessageRefused::Busy)).map_err(unread)?;
    let bytes = body.read(limits.file_bytes, limits.file).await.map_err(unread)?;
    let register = parts.bulk_register.clone();
    // Runs on a blocking thread, so that other requests are not delayed. If the client disconnects, it continues and holds its
    // part of the budget until it ends.
    let reading = tokio::task::spawn_blocking(move || {
        let read = read(&register, limits, sent, kind, &bytes)?;
        Ok(Arrived { read, _share: arriving })
    });
    reading.await.unwrap_or_else(|_| Err(unread(MessageRefused::Internal)))
}

fn read(
    register: &BulkRegister,
    limits: BulkLimits,
    sent: Sent,
    kind: BatchKind,
    bytes: &[u8],
) -> Result<ReadFile, (MessageRefused, Understood)> {
    let mut packer = Packer::new(limits.slice);
    let mut people = Vec::new();
    let mut count = 0;
    let upload = wire::read(kind, sent, bytes, &mut |mut entry, asked| {
        count += 1;
        if count > limits.persons {
            return Err(Fault::TooManyPeople(limits.persons));
        }
        match asked {
            Ok(asked) => people.extend(asked.and_then(|asked| register.person(&asked.key, asked.birth_on))),
            Err(fault) => entry.refuse(&MessageRefused::Message(fault).refusal()),
        }
        packer.push(&entry);
        Ok(())
    })
    .map_err(|(fault, understood)| (fault.into(), understood))?;
    let slices = packer
        .finish()
        .into_iter()
        .map(|slice| NewSlice { persons: i32::try_from(slice.persons).unwrap_or(i32::MAX), entries: slice.entries });
    Ok(ReadFile { upload, slices: slices.collect(), people })
}

async fn register(exchange: &Exchange, read: ReadFile) -> Result<ReceptionNumber, MessageRefused> {
    let Exchange { parts, asker, processed, .. } = exchange;
    let ReadFile { upload, slices, people } = read;
    let received_on = tokyo_date(asker.at);
    let file = exchange.own(&upload).await?.map(|upload| NewFile {
        kind: upload.kind,
        file_identifier: upload.file_identifier.clone(),
        check_on: check_on(upload, received_on),
        received_on,
        wanted: upload.wanted,
        format: processed.format,
        slices,
        people,
    });
    Ok(parts.bulk_register.register(file).await?)
}

/// Returns the 資格確認日 of a file: that of its header, or the day of reception. If a month is wanted, returns the day in it
/// that is nearest to the day of reception.
fn check_on(upload: &Upload, received_on: Date) -> Date {
    match upload.wanted {
        Some(WantedPeople::Tickets(month)) => received_on.clamp(month.first_day(), month.last_day()),
        _ => upload.check_on.unwrap_or(received_on),
    }
}
