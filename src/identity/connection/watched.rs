//! A stream under watch: what comes in is looked at before the HTTP library sees it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use super::framing::Framing;

/// What is to become of bytes that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// They go on.
    Pass,
    /// So many go on, and nothing more ever comes.
    Hold(usize),
    /// So many go on, and then reading fails.
    Break(usize),
}

/// Who looks at the bytes of one connection.
pub(crate) trait Watch: Unpin {
    /// Looks at bytes that came in.
    fn read(&mut self, bytes: &[u8]) -> Verdict;

    /// Hears how many bytes went out.
    fn wrote(&mut self, _bytes: usize) {}
}

/// What a watch tells those who serve the connection.
#[derive(Default)]
pub(crate) struct Findings {
    /// The number of the first request whose framing is broken, from 1, and how.
    broken: Mutex<Option<(usize, Framing)>>,
    /// Requests that were served.
    requests: AtomicUsize,
    /// Told once when frames come in masses.
    pub flood: Notify,
}

impl Findings {
    pub fn break_at(&self, request: usize, framing: Framing) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some((request, framing));
    }

    /// Counts one more request; what is wrong with its framing, if anything.
    pub fn next_request(&self) -> Option<Framing> {
        let number = self.requests.fetch_add(1, Ordering::AcqRel) + 1;
        let broken = *self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.filter(|(request, _)| *request == number).map(|(_, framing)| framing)
    }
}

/// A stream with its watch.
pub(crate) struct Watched<S, W> {
    stream: S,
    watch: W,
    /// What holds for everything that follows.
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
                    // Nothing at all would read as the end of the stream.
                    if count > 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
        match me.end {
            Some(Verdict::Break(_)) => Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
            // The answer, or whoever was told of the flood, ends the connection.
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
