//! The input of a case, read key by key.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::calculator::{FieldFault, MOST_LINES, of_line, read};
use crate::domain::{BirthDate, CopayRatio, Month, SpecificDisease, Yen};
use crate::rules::limit::{Ages, Band, Setting};

/// The keys of a case's input. Each is taken once; a key left over is a fault.
pub(super) struct Input(Map<String, Value>);

type FieldResult<T> = Result<T, FieldFault>;

impl Input {
    pub fn new(text: &str) -> FieldResult<Self> {
        serde_json::from_str(text)
            .map(Self)
            .map_err(|_| FieldFault::new("input", ("must be one JSON object", "一つのJSONオブジェクトでなければなりません")))
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).filter(|value| !value.is_null())
    }

    /// Refuses keys that were not taken.
    pub fn finish(self) -> FieldResult<()> {
        match self.0.into_iter().next() {
            Some((key, _)) => Err(FieldFault::new(key, ("is not known for this kind", "この種類では使えない項目です"))),
            None => Ok(()),
        }
    }

    pub fn text_if(&mut self, key: &'static str) -> FieldResult<Option<String>> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(FieldFault::new(key, ("must be a text", "文字列で書いてください"))),
        }
    }

    pub fn text(&mut self, key: &'static str) -> FieldResult<String> {
        self.text_if(key)?.ok_or_else(|| missing(key))
    }

    pub fn flag(&mut self, key: &'static str) -> FieldResult<bool> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(FieldFault::new(key, ("must be true or false", "trueかfalseで書いてください"))),
        }
    }

    pub fn integer(&mut self, key: &'static str) -> FieldResult<i64> {
        self.integer_if(key)?.ok_or_else(|| missing(key))
    }

    fn integer_if(&mut self, key: &'static str) -> FieldResult<Option<i64>> {
        match self.take(key) {
            None => Ok(None),
            Some(value) => value
                .as_i64()
                .map(Some)
                .ok_or_else(|| FieldFault::new(key, ("must be a whole number", "整数で書いてください"))),
        }
    }

    pub fn yen_if(&mut self, key: &'static str) -> FieldResult<Option<Yen>> {
        self.integer_if(key)?.map(|amount| read::yen(key, amount)).transpose()
    }

    pub fn yen(&mut self, key: &'static str) -> FieldResult<Yen> {
        self.yen_if(key)?.ok_or_else(|| missing(key))
    }

    pub fn date(&mut self, key: &'static str) -> FieldResult<Date> {
        read::written_date(key, &self.text(key)?)
    }

    pub fn date_if(&mut self, key: &'static str) -> FieldResult<Option<Date>> {
        self.text_if(key)?.map(|text| read::written_date(key, &text)).transpose()
    }

    pub fn birth(&mut self) -> FieldResult<BirthDate> {
        read::birth("birth", &self.text("birth")?)
    }

    /// Reads the days of `births`; returns none if the key is absent.
    pub fn births(&mut self) -> FieldResult<Vec<BirthDate>> {
        let wrong =
            || FieldFault::new("births", ("must be a list of 1 to 100 days", "1〜100個の日付の配列で書いてください"));
        let Some(value) = self.take("births") else { return Ok(Vec::new()) };
        let days = value.as_array().filter(|days| (1..=100).contains(&days.len())).ok_or_else(wrong)?;
        days.iter().map(|day| read::birth("births", day.as_str().ok_or_else(wrong)?)).collect()
    }

    pub fn month(&mut self) -> FieldResult<Month> {
        read::month("month", &self.text("month")?)
    }

    pub fn ratio(&mut self) -> FieldResult<CopayRatio> {
        read::ratio("copay_wari", self.integer("copay_wari")?)
    }

    pub fn setting(&mut self) -> FieldResult<Setting> {
        read::setting("setting", &self.text("setting")?)
    }

    pub fn ages(&mut self) -> FieldResult<Ages> {
        read::ages("age", &self.text("age")?)
    }

    pub fn band(&mut self, key: &'static str, month: Month, ages: Ages) -> FieldResult<&'static Band> {
        read::band(key, month, ages, &self.text(key)?)
    }

    pub fn disease(&mut self) -> FieldResult<SpecificDisease> {
        read::disease("disease", self.integer("disease")?)
    }

    /// Reads one of `words`.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> FieldResult<T> {
        let text = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            FieldFault::new(key, (format!("must be one of {known}"), format!("次のどれかです: {known}")))
        })
    }

    /// Reads a list of 1 to 1,000 objects; `read` takes the keys it knows from each.
    pub fn lines<T>(&mut self, read: impl Fn(&mut Self) -> FieldResult<T>) -> FieldResult<Vec<T>> {
        let Some(Value::Array(values)) = self.take("lines") else {
            return Err(FieldFault::new("lines", ("must be a list of objects", "オブジェクトの配列で書いてください")));
        };
        if values.is_empty() || values.len() > MOST_LINES {
            return Err(FieldFault::new("lines", ("must hold 1 to 1,000 lines", "1〜1,000行です")));
        }
        let mut lines = Vec::with_capacity(values.len());
        for (place, value) in values.into_iter().enumerate() {
            let Value::Object(fields) = value else {
                let line = place + 1;
                let japanese = format!("{line}行目: オブジェクトで書いてください");
                return Err(FieldFault::new("lines", (format!("line {line}: must be an object"), japanese)));
            };
            let mut line = Self(fields);
            let read = read(&mut line).and_then(|read| line.finish().map(|()| read));
            lines.push(read.map_err(|fault| of_line(place, &fault))?);
        }
        Ok(lines)
    }
}

fn missing(key: &'static str) -> FieldFault {
    FieldFault::new(key, ("is missing", "必要です"))
}
