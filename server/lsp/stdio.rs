//! Standard input and output as streams. Own threads read and write them, as the runtime's would keep the process alive
//! until the client sends one more byte. Refuses to know what goes over them.

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::settings::LoadConfig;
use super::transport::{End, serve};
use crate::engine::Engine;

const PIPE_BYTES: usize = 64 * 1024;
/// How long the last bytes may take to be written after everything else has ended.
const FAREWELL: Duration = Duration::from_millis(500);

/// Serves the client on standard input and output; see [`serve`]. To be called on a tokio runtime with timers.
pub async fn serve_stdio(engine: Engine, load: LoadConfig) -> End {
    let (input, from_stdin) = duplex(PIPE_BYTES);
    let (output, to_stdout) = duplex(PIPE_BYTES);
    let (written, all_written) = oneshot::channel::<()>();
    let runtime = Handle::current();
    let (reading, writing) = (runtime.clone(), runtime.clone());
    thread::spawn(move || read_stdin(&reading, from_stdin));
    thread::spawn(move || {
        write_stdout(&writing, to_stdout);
        drop(written);
    });
    // On the runtime's own threads: what a message starts begins on the thread that read it.
    let end = runtime.spawn(serve(input, output, Arc::new(engine), load)).await;
    let _ = timeout(FAREWELL, all_written).await;
    end.unwrap_or(End::Abrupt)
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
