//! The faults in the framing of a request.

use std::fmt;

/// A fault in the framing of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// A line ends with LF alone.
    BareLineFeed,
    /// A header continues on the next line.
    FoldedHeader,
    /// HTTP/1.1 without `Host`.
    NoHost,
    /// `Host` twice, or in HTTP/2 different from `:authority`.
    SeveralHosts,
    /// `Host` holds characters that no host and port has.
    Host,
    /// `Content-Length` is not a number.
    Length,
    /// `Content-Length` twice, whether equal or not.
    SeveralLengths,
    /// `Transfer-Encoding` is not `chunked` alone.
    Encoding,
    /// `Transfer-Encoding` twice.
    SeveralEncodings,
    /// Both `Content-Length` and `Transfer-Encoding`.
    LengthAndEncoding,
    /// The chunks of the body are malformed.
    Chunk,
}

impl Framing {
    /// Returns the fault in a word, for messages.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::BareLineFeed => "bare LF",
            Self::FoldedHeader => "folded header",
            Self::NoHost | Self::SeveralHosts | Self::Host => "Host",
            Self::Length | Self::SeveralLengths => "Content-Length",
            Self::Encoding | Self::SeveralEncodings => "Transfer-Encoding",
            Self::LengthAndEncoding => "Content-Length, Transfer-Encoding",
            Self::Chunk => "chunk",
        }
    }
}

impl fmt::Display for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BareLineFeed => "a line ends with LF alone; every line ends with CR LF",
            Self::FoldedHeader => "a header goes on in the next line; each header is one line",
            Self::NoHost => "there is no Host header; send it once",
            Self::SeveralHosts => "there are several hosts; send one Host header, or :authority alone",
            Self::Host => "Host is no host and port; send it as in localhost:8443",
            Self::Length => "Content-Length is no number; send the number of bytes in digits",
            Self::SeveralLengths => "there are several Content-Length headers; send it once",
            Self::Encoding => "Transfer-Encoding is not chunked; send chunked, or Content-Length instead",
            Self::SeveralEncodings => "there are several Transfer-Encoding headers; send it once",
            Self::LengthAndEncoding => "there are both Content-Length and Transfer-Encoding; send one of them",
            Self::Chunk => "the chunks are broken; each is its size in hexadecimal digits, CR LF, so many bytes, CR LF",
        })
    }
}
