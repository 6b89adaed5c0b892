//! What a model's id and size say of it: whether it was made for code, how large it is, which fits a machine. A few dated
//! tables; what a server says counts more. Asks nobody.

/// Families of models that were made for code, the better first, as their ids have them.
pub const CODERS: [&str; 11] = [
    "qwen3-coder",
    "devstral",
    "qwen2.5-coder",
    "codestral",
    "deepseek-coder",
    "seed-coder",
    "granite-code",
    "starcoder",
    "codegemma",
    "codellama",
    "coder",
];

/// The place of a model's family among those made for code; nothing for others.
pub fn coder_family(id: &str) -> Option<usize> {
    let id = id.to_lowercase();
    CODERS.iter().position(|family| id.contains(family))
}

/// How much can be asked of a model, by its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Up to 5 billion parameters.
    Small,
    /// Up to 20 billion, and the small ones of the clouds.
    Medium,
    /// More, and the other ones of the clouds.
    Large,
}

impl Tier {
    /// All of them.
    pub const ALL: [Tier; 3] = [Tier::Small, Tier::Medium, Tier::Large];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Small => "small",
            Tier::Medium => "medium",
            Tier::Large => "large",
        }
    }

    /// The most parameters that a model of it has, in millions; nothing for no limit.
    pub fn most(self) -> Option<u64> {
        match self {
            Tier::Small => Some(5_000),
            Tier::Medium => Some(20_000),
            Tier::Large => None,
        }
    }

    /// What to expect of it, in a few words.
    pub fn good_for(self) -> &'static str {
        match self {
            Tier::Small => "documentation, and completion",
            Tier::Medium => "documentation, lint, tests and small functions",
            Tier::Large => "every action",
        }
    }

    /// The tier of so many millions of parameters.
    pub fn of_size(millions: u64) -> Tier {
        Tier::ALL.into_iter().find(|tier| tier.most().is_none_or(|most| millions <= most)).unwrap_or(Tier::Large)
    }

    /// The tier of a model of a cloud, which does not tell its size.
    pub fn of_cloud(id: &str) -> Tier {
        let id = id.to_lowercase();
        match SMALL_CLOUDS.iter().any(|word| id.contains(word)) {
            true => Tier::Medium,
            false => Tier::Large,
        }
    }
}

/// Words by which clouds name their smaller models.
pub const SMALL_CLOUDS: [&str; 6] = ["mini", "nano", "haiku", "flash", "lite", "small"];

/// Parameters in millions: by what the server says, else by the id, else roughly by the bytes of the weights.
pub fn millions_of_parameters(told: Option<&str>, id: &str, weights: Option<u64>) -> Option<u64> {
    let by_id = || {
        let id = id.to_lowercase();
        let words = id.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        // `30b-a3b` has 30 billion, of which 3 are at work at a time.
        words
            .filter_map(|word| word.strip_suffix('b')?.parse::<f64>().ok())
            .reduce(f64::max)
            .map(|b| (b * 1000.0) as u64)
    };
    // Four to five bits for a parameter are usual.
    told.and_then(counted).or_else(by_id).filter(|found| *found > 0).or_else(|| weights.map(|bytes| bytes / 600_000))
}

/// `30.5B` and `494.03M`.
fn counted(words: &str) -> Option<u64> {
    let (number, unit) = words.split_at_checked(words.len().checked_sub(1)?)?;
    let factor = match unit {
        "B" | "b" => 1000.0,
        "M" | "m" => 1.0,
        _ => return None,
    };
    number.trim().parse::<f64>().ok().map(|number| (number * factor) as u64)
}

/// A model to fetch for a machine with at least so much memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// In GiB; beside the weights there must be room for a window and for everything else.
    pub memory: u64,
    /// Its id at Ollama.
    pub model: &'static str,
    /// Its weights in GB, as they are fetched.
    pub weights: f64,
}

/// What to fetch, the larger last.
pub const SUGGESTIONS: [Suggestion; 5] = [
    Suggestion { memory: 0, model: "qwen2.5-coder:1.5b", weights: 1.0 },
    Suggestion { memory: 6, model: "qwen2.5-coder:3b", weights: 1.9 },
    Suggestion { memory: 10, model: "qwen2.5-coder:7b", weights: 4.7 },
    Suggestion { memory: 20, model: "qwen2.5-coder:14b", weights: 9.0 },
    Suggestion { memory: 30, model: "qwen3-coder:30b", weights: 18.6 },
];

/// The largest model that fits a machine with so many bytes of memory.
pub fn suggestion(memory: u64) -> Suggestion {
    let gib = memory >> 30;
    SUGGESTIONS.into_iter().rfind(|row| row.memory <= gib).unwrap_or(SUGGESTIONS[0])
}

/// The largest model that fits so many bytes of a GPU whole, with a window; nothing where none does.
pub fn fits_gpu(bytes: u64) -> Option<Suggestion> {
    SUGGESTIONS.into_iter().rfind(|row| row.weights * 1.25e9 <= bytes as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_parameters_by_whoever_knows_best() {
        for (told, id, weights, expected) in [
            (Some("30.5B"), "qwen3-coder", None, Some(30_500)),
            (Some("494.03M"), "qwen2.5-coder:0.5b", None, Some(494)),
            (Some("many"), "Qwen3-Coder-30B-A3B-Instruct", None, Some(30_000)),
            (None, "qwen2.5-coder:1.5b", Some(1), Some(1500)),
            (None, "model.gguf", Some(4_677_120_000), Some(7795)),
            (None, "model.gguf", None, None),
        ] {
            assert_eq!(millions_of_parameters(told, id, weights), expected, "{id}");
        }
    }

    #[test]
    fn sizes_have_tiers_and_so_have_clouds() {
        let tiers = [1500, 5000, 7600, 20_000, 30_500].map(Tier::of_size);
        assert_eq!(tiers, [Tier::Small, Tier::Small, Tier::Medium, Tier::Medium, Tier::Large]);
        assert_eq!(["claude-sonnet-5-5", "gpt-5-mini"].map(Tier::of_cloud), [Tier::Large, Tier::Medium]);
    }

    #[test]
    fn what_is_suggested_fits() {
        let models = [2, 8, 16, 24, 64].map(|gib: u64| suggestion(gib << 30).model);
        let expected =
            ["qwen2.5-coder:1.5b", "qwen2.5-coder:3b", "qwen2.5-coder:7b", "qwen2.5-coder:14b", "qwen3-coder:30b"];
        assert_eq!(models, expected);
        assert_eq!(fits_gpu(9_000_000_000).map(|row| row.model), Some("qwen2.5-coder:7b"));
        assert_eq!(fits_gpu(1 << 20), None);
        assert!(SUGGESTIONS.iter().skip(1).all(|row| row.weights * 1.4 < row.memory as f64));
    }
}
