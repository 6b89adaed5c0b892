//! Settings of a small tool, read from lines such as `width = 80`. Here to try Graft on.

use std::collections::BTreeMap;
use std::num::ParseIntError;

pub struct Settings {
    values: BTreeMap<String, u32>,
}

impl Settings {
    pub fn from_text(text: &str) -> Result<Settings, ParseIntError> {
        let mut values = BTreeMap::new();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            values.insert(key.trim().to_owned(), value.trim().parse()?);
        }
        Ok(Settings { values })
    }

    pub fn width(&self) -> u32 {
        *self.values.get("width").expect("a default is always set")
    }
}
