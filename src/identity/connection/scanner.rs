//! Finds the boundaries of HTTP/1.1 requests (RFC 9112), read strictly: framing that two readers may understand differently is
//! found here, before the HTTP library reads it leniently.

use std::sync::Arc;

use super::framing::Framing;
use super::watched::{Findings, Verdict, Watch};

/// The longest line that is inspected, in bytes. The HTTP library refuses heads of this length.
const LONGEST_LINE: usize = 64 * 1024;

/// The characters of hosts and ports besides letters and digits (RFC 3986 3.2.2).
const HOST: &[u8] = b"-._~%!$&'()*+,;=:[]";

/// The scanner's place in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    Head,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    /// No longer followed; the HTTP library refuses what is there.
    Lost,
}

/// The framing of a head.
#[derive(Default)]
struct Head {
    begun: bool,
    old: bool,
    hosts: usize,
    host_is_legal: bool,
    lengths: usize,
    length: Option<u64>,
    encodings: usize,
    chunked: bool,
    fault: Option<Framing>,
}

impl Head {
    fn line(&mut self, line: &[u8]) {
        if !self.begun {
            // Empty lines before a request are allowed.
            self.begun = !line.is_empty();
            self.old = !line.ends_with(b"HTTP/1.1");
            return;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            self.fault.get_or_insert(Framing::FoldedHeader);
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = (&line[..colon], line.get(colon + 1..).unwrap_or_default().trim_ascii());
        if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
            self.host_is_legal = value.iter().all(|byte| byte.is_ascii_alphanumeric() || HOST.contains(byte));
        } else if name.eq_ignore_ascii_case(b"content-length") {
            self.lengths += 1;
            self.length = number(value, 10);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.encodings += 1;
            self.chunked = value.eq_ignore_ascii_case(b"chunked");
        }
    }

    /// Returns the place after the head.
    fn end(&self) -> Result<Position, Framing> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match (self.hosts, self.lengths, self.encodings) {
            (0, ..) if !self.old => Err(Framing::NoHost),
            (2.., ..) => Err(Framing::SeveralHosts),
            (1, ..) if !self.host_is_legal => Err(Framing::Host),
            (_, 1.., 1..) => Err(Framing::LengthAndEncoding),
            (_, 2.., _) => Err(Framing::SeveralLengths),
            (_, _, 2..) => Err(Framing::SeveralEncodings),
            (_, 1, _) => self.length.map(Position::Body).ok_or(Framing::Length),
            (_, _, 1) if self.chunked => Ok(Position::ChunkSize),
            (_, _, 1) => Err(Framing::Encoding),
            _ => Ok(Position::Body(0)),
        }
    }
}

/// Reads a number of 1 to 16 digits and nothing else.
fn number(digits: &[u8], base: u32) -> Option<u64> {
    // `from_str_radix` accepts a sign.
    let plain = (1..=16).contains(&digits.len()) && digits.iter().all(|byte| char::from(*byte).is_digit(base));
    u64::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| plain)?, base).ok()
}

/// Reads the size in the line before a chunk; extensions are ignored.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    number(line[..end].trim_ascii_end(), 16)
}

/// The watch over the requests of one connection.
pub(crate) struct Scanner {
    place: Position,
    /// The line so far, without its line feed.
    line: Vec<u8>,
    head: Head,
    /// The number of the request, from 1.
    request: usize,
    findings: Arc<Findings>,
}

impl Scanner {
    pub fn new(findings: Arc<Findings>) -> Self {
        Self { place: Position::Head, line: Vec::new(), head: Head::default(), request: 1, findings }
    }

    /// Applies the gathered line, whose end has come. `strict` says that it ended with CR LF.
    fn end_line(&mut self, strict: bool) -> Result<(), FramingFault> {
        let mut line = std::mem::take(&mut self.line);
        let outcome = self.apply(line.strip_suffix(b"\r").unwrap_or(&line), strict);
        // The next line reuses its memory.
        line.clear();
        self.line = line;
        outcome
    }

    fn apply(&mut self, line: &[u8], strict: bool) -> Result<(), FramingFault> {
        match self.place {
            Position::Head => {
                if !strict {
                    self.head.fault.get_or_insert(Framing::BareLineFeed);
                }
                if !line.is_empty() || !self.head.begun {
                    self.head.line(line);
                    return Ok(());
                }
                let head = std::mem::take(&mut self.head);
                self.place = head.end().map_err(FramingFault::Head)?;
            }
            _ if !strict => return Err(FramingFault::Body),
            Position::ChunkSize => {
                self.place = match chunk_size(line).ok_or(FramingFault::Body)? {
                    0 => Position::Trailers,
                    size => Position::Chunk(size),
                };
            }
            Position::ChunkEnd if line.is_empty() => self.place = Position::ChunkSize,
            Position::Trailers if line.is_empty() => self.place = Position::Body(0),
            Position::Trailers => {}
            _ => return Err(FramingFault::Body),
        }
        Ok(())
    }

    /// Skips bytes of a body with `left` remaining; `then` is the place after them.
    fn skip(&mut self, left: u64, bytes: &mut &[u8], then: Position, still: impl FnOnce(u64) -> Position) {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        *bytes = &bytes[taken..];
        self.place = match left - taken as u64 {
            0 => then,
            left => still(left),
        };
    }

    /// Inspects incoming bytes.
    ///
    /// # Errors
    /// The fault, and the number of bytes after it.
    fn look(&mut self, mut bytes: &[u8]) -> Result<(), (FramingFault, usize)> {
        loop {
            if self.place == Position::Body(0) {
                self.place = Position::Head;
                self.request += 1;
            }
            if bytes.is_empty() || self.place == Position::Lost {
                return Ok(());
            }
            match self.place {
                Position::Body(left) => self.skip(left, &mut bytes, Position::Body(0), Position::Body),
                Position::Chunk(left) => self.skip(left, &mut bytes, Position::ChunkEnd, Position::Chunk),
                _ => {
                    let feed = bytes.iter().position(|byte| *byte == b'\n');
                    let (more, rest) = bytes.split_at(feed.unwrap_or(bytes.len()));
                    self.line.extend_from_slice(more);
                    // A wrong end of a chunk is reported at once: the rest of the line may never come.
                    let no_end = self.place == Position::ChunkEnd && !b"\r".starts_with(&self.line);
                    let too_long = self.line.len() > LONGEST_LINE;
                    if no_end || too_long && self.place != Position::Head {
                        return Err((FramingFault::Body, rest.len()));
                    }
                    if too_long {
                        self.place = Position::Lost;
                    }
                    if feed.is_none() {
                        return Ok(());
                    }
                    bytes = &rest[1..];
                    let strict = self.line.ends_with(b"\r");
                    self.end_line(strict).map_err(|fault| (fault, bytes.len()))?;
                }
            }
        }
    }
}

/// The place of malformed framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FramingFault {
    Head(Framing),
    Body,
}

impl Watch for Scanner {
    fn read(&mut self, bytes: &[u8]) -> Verdict {
        match self.look(bytes) {
            Ok(()) => Verdict::Pass,
            // The request is passed on, to be refused in the caller's format; nothing after its head is.
            Err((FramingFault::Head(framing), left)) => {
                self.findings.note_malformed(self.request, framing);
                Verdict::Hold(bytes.len() - left)
            }
            Err((FramingFault::Body, left)) => Verdict::Break(bytes.len() - left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(bytes: &[u8]) -> Result<usize, (FramingFault, usize)> {
        let mut scanner = Scanner::new(Arc::default());
        scanner.look(bytes).map(|()| scanner.request)
    }

    /// Checks that bytes one at a time and bytes at once yield the same result.
    fn found(text: &str) -> Result<usize, FramingFault> {
        let whole = scanned(text.as_bytes()).map_err(|(fault, _)| fault);
        let mut scanner = Scanner::new(Arc::default());
        let single = text.bytes().try_for_each(|byte| scanner.look(&[byte])).map(|()| scanner.request);
        assert_eq!(whole, single.map_err(|(fault, _)| fault), "{text:?}");
        whole
    }

    #[test]
    fn good_requests_are_followed_to_the_next() {
        let requests = [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nhost:a\r\ncontent-length: 5\r\n\r\n\n\n\n\n\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\n\n\n\n\n\n\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
            "POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        ];
        for request in requests {
            assert_eq!(found(request), Ok(2), "{request:?}");
        }
        assert_eq!(found(&requests.concat()), Ok(8));
        // The end of the last request has not come yet.
        assert_eq!(found("GET / HTTP/1.1\r\nHost: a\r\n"), Ok(1));
    }

    #[test]
    fn every_fault_of_a_head_is_found() {
        let faults = [
            ("GET / HTTP/1.1\r\n\r\n", Framing::NoHost),
            ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", Framing::SeveralHosts),
            ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", Framing::Host),
            ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", Framing::Host),
            ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", Framing::Host),
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", Framing::BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\n\r\n", Framing::BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", Framing::BareLineFeed),
            ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Framing::BareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", Framing::FoldedHeader),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", Framing::SeveralLengths),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", Framing::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", Framing::Length),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", Framing::Length),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                Framing::LengthAndEncoding,
            ),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                Framing::SeveralEncodings,
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Framing::Encoding),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", Framing::Encoding),
        ];
        for (request, framing) in faults {
            assert_eq!(found(request), Err(FramingFault::Head(framing)), "{request:?}");
            // The same after another request; nothing after the faulty head is passed on.
            let behind = format!("GET / HTTP/1.1\r\nHost: a\r\n\r\n{request}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
            let left = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".len();
            assert_eq!(scanned(behind.as_bytes()), Err((FramingFault::Head(framing), left)), "{request:?}");
        }
    }

    #[test]
    fn every_fault_of_chunks_is_found() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        let bodies = [
            "5\nhello\r\n",
            "5\r\nhelloX",
            "5\r\nhello\n",
            "z\r\n",
            "\r\n",
            "-1\r\n",
            "0x5\r\n",
            "5\r\nhello\r\n0\r\n\n",
            "11111111111111111\r\n",
        ];
        for body in bodies {
            assert_eq!(found(&format!("{head}{body}")), Err(FramingFault::Body), "{body:?}");
        }
    }
}
