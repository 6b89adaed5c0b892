//! Standard input and output as streams. The runtime waits for pipes and sockets itself: what an editor sends is read on the thread
//! that works on it. For anything else own threads copy, as the runtime's would keep the process alive until the client sends one
//! more byte. Refuses to know what goes over them.

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::settings::LoadConfig;
use super::transport::{End, serve};
use crate::engine::Engine;

const PIPE_BYTES: usize = 64 * 1024;
/// How long the last bytes may take to be written after everything else has ended.
const FAREWELL: Duration = Duration::from_millis(500);

type Input = Box<dyn AsyncRead + Unpin + Send>;
type Output = Box<dyn AsyncWrite + Unpin + Send>;

/// Serves the client on standard input and output; see [`serve`]. To be called on a tokio runtime with timers and input.
pub async fn serve_stdio(engine: Engine, load: LoadConfig) -> End {
    let (written, all_written) = oneshot::channel::<()>();
    let input = waited::input(std::io::stdin()).unwrap_or_else(copied_input);
    let output = waited::output(std::io::stdout()).unwrap_or_else(|| copied_output(written));
    // On the runtime's own threads: what a message starts begins on the thread that read it.
    let end = Handle::current().spawn(serve(input, output, Arc::new(engine), load)).await;
    let _ = timeout(FAREWELL, all_written).await;
    end.unwrap_or(End::Abrupt)
}

/// Streams that the system tells of when they are ready.
#[cfg(unix)]
mod waited {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::fs::FileTypeExt;

    use rustix::io::ioctl_fionbio;
    use tokio::net::UnixStream;
    use tokio::net::unix::pipe;

    use super::{Input, Output};

    pub(super) fn input(stream: impl AsFd) -> Option<Input> {
        waited(&stream, |own, is_socket| {
            Ok(match is_socket {
                true => Box::new(socket(own)?) as Input,
                false => Box::new(pipe::Receiver::from_owned_fd(own)?),
            })
        })
    }

    pub(super) fn output(stream: impl AsFd) -> Option<Output> {
        waited(&stream, |own, is_socket| {
            Ok(match is_socket {
                true => Box::new(socket(own)?) as Output,
                false => Box::new(pipe::Sender::from_owned_fd(own)?),
            })
        })
    }

    /// What is made of a handle of its own, which may be a socket's, as editors built on libuv give them. Where that fails, the
    /// stream is left as threads need it: whether reading waits is a matter of the stream, not of the handle.
    fn waited<T>(stream: impl AsFd, make: impl FnOnce(OwnedFd, bool) -> io::Result<T>) -> Option<T> {
        let made = copy_of(&stream).and_then(|(own, is_socket)| make(own, is_socket));
        if made.is_err() {
            let _ = ioctl_fionbio(&stream, false);
        }
        made.ok()
    }

    /// A handle of its own, and whether it is a socket's.
    fn copy_of(stream: impl AsFd) -> io::Result<(OwnedFd, bool)> {
        let file = File::from(stream.as_fd().try_clone_to_owned()?);
        let is_socket = file.metadata()?.file_type().is_socket();
        Ok((file.into(), is_socket))
    }

    fn socket(own: OwnedFd) -> io::Result<UnixStream> {
        ioctl_fionbio(&own, true)?;
        UnixStream::from_std(own.into())
    }
}

/// Elsewhere there are none.
#[cfg(not(unix))]
mod waited {
    use super::{Input, Output};

    pub(super) fn input<T>(_: T) -> Option<Input> {
        None
    }

    pub(super) fn output<T>(_: T) -> Option<Output> {
        None
    }
}

fn copied_input() -> Input {
    let (input, from_stdin) = duplex(PIPE_BYTES);
    let runtime = Handle::current();
    thread::spawn(move || read_stdin(&runtime, from_stdin));
    Box::new(input)
}

/// `written` falls when all is.
fn copied_output(written: oneshot::Sender<()>) -> Output {
    let (output, to_stdout) = duplex(PIPE_BYTES);
    let runtime = Handle::current();
    thread::spawn(move || {
        write_stdout(&runtime, to_stdout);
        drop(written);
    });
    Box::new(output)
}

fn read_stdin(runtime: &Handle, mut stream: DuplexStream) {
    let mut stdin = std::io::stdin().lock();
    let mut buffer = vec![0; PIPE_BYTES];
    loop {
        let read = match stdin.read(&mut buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Ok(0) | Err(_) => return,
            Ok(read) => read,
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if runtime.block_on(stream.write_all(bytes)).is_err() {
            return;
        }
    }
}

fn write_stdout(runtime: &Handle, mut stream: DuplexStream) {
    let mut stdout = std::io::stdout().lock();
    let mut buffer = vec![0; PIPE_BYTES];
    while let Ok(read @ 1..) = runtime.block_on(stream.read(&mut buffer)) {
        let bytes = buffer.get(..read).unwrap_or_default();
        if stdout.write_all(bytes).and_then(|()| stdout.flush()).is_err() {
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::pipe;
    use std::os::unix::net::UnixStream;

    use rustix::fs::{OFlags, fcntl_getfl};

    use super::waited;

    #[test]
    fn what_cannot_be_waited_for_is_left_to_threads_as_they_need_it() {
        let gone = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let handle = gone.handle().clone();
        drop(gone);
        let _inside = handle.enter();
        let ((read, write), (near, far)) = (pipe().unwrap(), UnixStream::pair().unwrap());
        assert!(waited::input(&read).is_none() && waited::output(&write).is_none());
        assert!(waited::input(&near).is_none() && waited::output(&far).is_none());
        for flags in [fcntl_getfl(&read), fcntl_getfl(&write), fcntl_getfl(&near), fcntl_getfl(&far)] {
            assert!(!flags.unwrap().contains(OFlags::NONBLOCK));
        }
    }
}
