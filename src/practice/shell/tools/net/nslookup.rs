//! nslookup as busybox has it.

use super::resolve;
use crate::practice::net::{NoRoute, dns};
use crate::practice::runtime::process::Process;
use crate::practice::shell::tools::Done;

pub(super) async fn nslookup(process: &Process, words: &[String]) -> Done {
    let Some(name) = words.iter().find(|word| !word.starts_with('-')) else {
        process.complain("Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]").await;
        return Ok(1);
    };
    let head = format!("Server:\t\t{0}\nAddress:\t{0}:53\n\n", dns::SERVER);
    // A name with a dot is asked for as it is; any other with each of the search list, for IPv4 and then for IPv6.
    let names = if name.contains('.') {
        vec![name.trim_end_matches('.').to_owned()]
    } else {
        dns::searched(name, &process.kernel.facts.namespace)
    };
    let (mut text, mut missing) = (head, false);
    for family in [4, 6] {
        for name in &names {
            match resolve(process, &format!("{name}.")).await {
                Ok(addresses) if family == 4 => {
                    text += &format!("Name:\t{name}\n");
                    text.extend(addresses.iter().map(|address| format!("Address: {address}\n")));
                    text.push('\n');
                }
                Ok(_) => text.push('\n'),
                Err(NoRoute::Deaf) => {
                    process.complain(";; connection timed out; no servers could be reached\n").await;
                    return Ok(1);
                }
                Err(_) => {
                    missing = true;
                    text += &format!("** server can't find {name}: {}\n\n", if dns::is_ours(name) { "NXDOMAIN" } else { "SERVFAIL" });
                }
            }
        }
    }
    process.print(text).await?;
    Ok(i32::from(missing))
}
