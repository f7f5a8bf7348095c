//! A watched stream: incoming bytes are inspected before the HTTP library sees them.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use super::framing::Framing;

/// The decision about incoming bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All are passed on.
    Pass,
    /// This many are passed on, and reading then waits forever.
    Hold(usize),
    /// This many are passed on, and reading then fails.
    Break(usize),
}

/// Inspects the bytes of one connection.
pub(crate) trait Watch: Unpin {
    /// Inspects incoming bytes.
    fn read(&mut self, bytes: &[u8]) -> Verdict;

    /// Receives the number of bytes written.
    fn wrote(&mut self, _bytes: usize) {}
}

/// The findings of a watch, for the code that serves the connection.
#[derive(Default)]
pub(crate) struct Findings {
    /// The number of the first request with malformed framing, from 1, and the fault.
    malformed: Mutex<Option<(usize, Framing)>>,
    /// The number of requests served.
    requests: AtomicUsize,
    /// Notified once when a flood of frames is found.
    pub flood: Notify,
}

impl Findings {
    pub fn note_malformed(&self, request: usize, framing: Framing) {
        *self.malformed.lock().unwrap_or_else(PoisonError::into_inner) = Some((request, framing));
    }

    /// Counts one more request; returns the fault of its framing, if any.
    pub fn next_request(&self) -> Option<Framing> {
        let number = self.requests.fetch_add(1, Ordering::AcqRel) + 1;
        let malformed = *self.malformed.lock().unwrap_or_else(PoisonError::into_inner);
        malformed.filter(|(request, _)| *request == number).map(|(_, framing)| framing)
    }
}

/// A stream with its watch.
pub(crate) struct Watched<S, W> {
    stream: S,
    watch: W,
    /// The decision for everything that follows, once there is one.
    end: Option<Verdict>,
}

impl<S, W> Watched<S, W> {
    pub fn new(stream: S, watch: W) -> Self {
        Self { stream, watch, end: None }
    }
}

impl<S: AsyncRead + Unpin, W: Watch> AsyncRead for Watched<S, W> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        if me.end.is_none() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut me.stream).poll_read(cx, buffer))?;
            match me.watch.read(&buffer.filled()[before..]) {
                Verdict::Pass => return Poll::Ready(Ok(())),
                verdict @ (Verdict::Hold(count) | Verdict::Break(count)) => {
                    me.end = Some(verdict);
                    buffer.set_filled(before + count);
                    // Zero bytes would mean the end of the stream.
                    if count > 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
        match me.end {
            Some(Verdict::Break(_)) => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            // The answer, or the receiver of the flood notification, ends the connection.
            _ => Poll::Pending,
        }
    }
}

impl<S: AsyncWrite + Unpin, W: Watch> AsyncWrite for Watched<S, W> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let count = ready!(Pin::new(&mut me.stream).poll_write(cx, bytes))?;
        me.watch.wrote(count);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        let count = ready!(Pin::new(&mut me.stream).poll_write_vectored(cx, slices))?;
        me.watch.wrote(count);
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
