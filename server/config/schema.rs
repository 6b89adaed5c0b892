//! The config as a JSON schema, for editors that complete and check TOML: made of the same tables as everything else.

use serde_json::{Map, Value, json};

use super::setting::{Setting, Shape, TOP};

/// The schema (draft 7, which the TOML tools of editors read).
pub fn schema() -> Value {
    let mut schema = table(&TOP);
    if let Some(root) = schema.as_object_mut() {
        root.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        root.insert("title".to_owned(), json!("Graft's configuration"));
    }
    schema
}

fn table(settings: &[Setting]) -> Value {
    let properties: Map<String, Value> =
        settings.iter().map(|setting| (setting.name.to_owned(), property(setting))).collect();
    // A preset or another layer may say the rest, so that nothing is required of one file alone.
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn property(setting: &Setting) -> Value {
    let mut schema = shape(setting.shape);
    schema["description"] = json!(setting.meaning);
    let default = setting.default.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
    if let Some(default) = default.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        schema["default"] = default;
    }
    schema
}

fn shape(shape: Shape) -> Value {
    let text = || json!({"type": "string", "minLength": 1});
    match shape {
        Shape::Text => text(),
        Shape::Choice(names) => json!({"type": "string", "enum": names}),
        Shape::ChoiceOrTable(names, settings) => {
            json!({"oneOf": [{"type": "string", "enum": names}, table(settings)]})
        }
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Integer(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Shape::Number(least, most) => json!({"type": "number", "minimum": least, "maximum": most}),
        Shape::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Shape::Steps => json!({"oneOf": [text(), {"type": "array", "items": text(), "minItems": 1}]}),
        Shape::Chain(settings) => {
            let steps = json!({"type": "array", "items": text(), "minItems": 1});
            json!({"oneOf": [text(), steps, table(settings)]})
        }
        Shape::List(settings) => json!({"type": "array", "items": table(settings)}),
        Shape::OneOrMore(names) => {
            let one = json!({"type": "string", "enum": names});
            json!({"oneOf": [one, {"type": "array", "items": one}]})
        }
        Shape::TextOrTexts => json!({"oneOf": [text(), {"type": "array", "items": text()}]}),
        Shape::Anything => json!({"type": "object"}),
        Shape::Table(settings) => table(settings),
        Shape::OneOf(settings) => {
            let mut schema = table(settings);
            schema["minProperties"] = json!(1);
            schema["maxProperties"] = json!(1);
            schema
        }
        Shape::Tables(settings) => json!({"type": "object", "additionalProperties": table(settings)}),
    }
}
