//! Completion while somebody types: few questions, and nothing stale.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::{AUTOMATIC, METHOD, URI, at, client};
use crate::support::model_server::{Gate, ModelServer, Reply, Script};

#[tokio::test]
async fn who_types_on_asks_once() {
    let server = ModelServer::start(Script::always(Reply::text("a + b"))).await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let mut asked = Vec::new();
    for _ in 0..40 {
        asked.push(client.ask(METHOD, at(1, 4, AUTOMATIC)).await);
    }
    let last = asked.pop().unwrap();
    for id in asked {
        assert_eq!(client.answer(id).await, Ok(Value::Null));
    }
    assert_eq!(client.answer(last).await.unwrap()[0]["insertText"], json!("a + b"));
    assert!(server.requests().len() <= 6, "{} requests", server.requests().len());
    client.shutdown().await;
}

/// Somebody types 40 letters, eight a second, with two short stops, on a clock that waits for nobody. No answer comes before the next key.
#[tokio::test(start_paused = true)]
async fn who_types_a_line_asks_a_model_a_few_times_and_sees_nothing_stale() {
    const LINE: &str = "let totals = values.iter().sum::<u32>();";
    const GAPS: [u64; 10] = [110, 95, 140, 120, 105, 130, 150, 85, 125, 190];
    let gates: Arc<Mutex<Vec<Gate>>> = Arc::default();
    let is_over = Arc::new(AtomicBool::new(false));
    let (kept, over) = (gates.clone(), is_over.clone());
    let server = ModelServer::start(Script::by(move |_, _| {
        let gate = Gate::shut();
        kept.lock().unwrap().push(gate.clone());
        if over.load(Ordering::SeqCst) { Reply::text("a + b") } else { Reply::text("a + b").hold(&gate) }
    }))
    .await;
    let mut client = client(&server, "qwen2.5-coder").await;
    let (mut asked, mut column) = (Vec::new(), 4);
    assert_eq!(LINE.chars().count(), 40);
    for (n, letter) in LINE.chars().enumerate() {
        let place = json!({"line": 1, "character": column});
        client.change(URI, vec![json!({"range": {"start": place, "end": place}, "text": letter.to_string()})]).await;
        column += 1;
        asked.push(client.ask(METHOD, at(1, column, AUTOMATIC)).await);
        // What was asked before this key is answered after it.
        gates.lock().unwrap().drain(..).for_each(|gate| gate.open());
        let stop = if n % 16 == 11 { 400 } else { 0 };
        tokio::time::sleep(Duration::from_millis(GAPS[n % GAPS.len()] + stop)).await;
    }
    is_over.store(true, Ordering::SeqCst);
    gates.lock().unwrap().drain(..).for_each(|gate| gate.open());
    let last = asked.pop().unwrap();
    for id in asked {
        assert_eq!(client.answer(id).await, Ok(Value::Null), "an answer to {id} is stale");
    }
    client.answer(last).await.unwrap();
    let upstream = server.requests().len();
    assert!((1..=6).contains(&upstream), "{upstream} requests");
    client.shutdown().await;
}
