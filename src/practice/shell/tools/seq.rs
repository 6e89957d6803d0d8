//! seq: counts.

use super::{Done, Line};
use crate::practice::runtime::process::Process;

pub(super) async fn seq(process: &Process, words: &[String]) -> Done {
    // A number below zero is no option.
    let negative = |word: &String| {
        word.strip_prefix('-')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
    };
    let split = words.iter().position(negative).unwrap_or(words.len());
    let line = Line::read(&words[..split], "s");
    let words: Vec<&String> = line.words.iter().chain(&words[split..]).collect();
    let mut numbers = Vec::new();
    for word in &words {
        match word.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => numbers.push(number),
            None => {
                process.complain(format!("seq: invalid number '{word}'")).await;
                return Ok(1);
            }
        }
    }
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1.0, 1.0, *last),
        [first, last] => (*first, 1.0, *last),
        [first, step, last] if *step != 0.0 => (*first, *step, *last),
        _ => return Ok(1),
    };
    let places = |word: &&String| word.split_once('.').map_or(0, |(_, places)| places.len());
    let places = words[..words.len() - 1].iter().map(places).max().unwrap_or(0).min(20);
    let shown = |number: f64| format!("{number:.places$}");
    let width = if line.has('w') { shown(first).len().max(shown(last).len()) } else { 0 };
    let separator = line.value('s').unwrap_or("\n").to_owned();
    let (mut count, mut block) = (0u32, String::new());
    loop {
        let number = first + f64::from(count) * step;
        // What is a little too far for want of digits is not too far.
        if (number - last) / step > 1e-9 {
            break;
        }
        if count > 0 {
            block += &separator;
        }
        block += &format!("{:0>width$}", shown(number));
        count += 1;
        if block.len() > 4096 {
            process.kernel.step().await;
            process.print(std::mem::take(&mut block)).await?;
        }
    }
    if count > 0 {
        block.push('\n');
    }
    process.print(block).await.map(|()| 0)
}
