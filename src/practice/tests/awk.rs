//! awk in a container: what busybox's own prints, and that none of its loops holds up the cluster.

use std::time::Duration;

use super::inside::{cluster, idle, script};

const ROWS: &str = "printf 'rose:3:red\\nivy:10:green\\ntulip:7:red\\n' > /tmp/rows; cd /tmp; ";

#[tokio::test(start_paused = true)]
async fn one_liners_print_what_busybox_prints() {
    let practice = cluster(&[("shed", idle())]).await;
    let mut wrong = Vec::new();
    for (source, said, code) in [
        ("awk -F: '$2 > 5 { print $1, $NF }' rows", "ivy green\ntulip red\n", 0),
        (
            "awk -F: '{ sum[$3] += $2 } END { for (k in sum) print k, sum[k] }' rows",
            "red 10\ngreen 10\n",
            0,
        ),
        ("awk -F: -v OFS=- '/ivy/,/tulip/ { $1 = NR; print }' rows", "2-10-green\n3-7-red\n", 0),
        ("awk '{ print x, FILENAME, FNR }' FS=: x=a rows x=b rows | tail -n 1", "b rows 3\n", 0),
        (
            "awk 'BEGIN { print 1e6, 0.1 + 0.2, 100 / 3, 2 ^ 10, -7 % 3, 1e300 }'",
            "1000000 0.3 33.3333 1024 -1 1e+300\n",
            0,
        ),
        (
            "echo '10 9' | awk '{ print ($1 > $2), ($1 \"\" > $2 \"\"), ($3 == 0 && $3 == \"\") }'",
            "1 0 1\n",
            0,
        ),
        (
            "awk 'BEGIN { s = \"hello\"; print gsub(/l/, \"[&]\", s), s; sub(/h/, \"\\\\&\", s); print s }'",
            "2 he[l][l]o\n&e[l][l]o\n",
            0,
        ),
        (
            "awk 'BEGIN { printf \"%5.2f|%-4s|%03d|%x|%c|%e\\n\", 3.14159, \"ab\", 7, 255, 65, 1234.5 }'",
            " 3.14|ab  |007|ff|A|1.234500e+03\n",
            0,
        ),
        ("awk 'function f(n) { return n < 2 ? n : f(n-1) + f(n-2) } BEGIN { print f(12) }'", "144\n", 0),
        (
            "awk 'function fill(a) { a[1, 2] = 3 } BEGIN { fill(x); for (k in x) { split(k, p, SUBSEP); print p[2] } }'",
            "2\n",
            0,
        ),
        ("printf 'a b\\n\\n\\nc\\nd\\n' | awk 'BEGIN { RS = \"\" } { print NR, NF }'", "1 2\n2 2\n", 0),
        (
            "awk '{ print > \"/tmp/out\" } END { close(\"/tmp/out\"); while ((getline l < \"/tmp/out\") > 0) n++; print n }' rows",
            "3\n",
            0,
        ),
        (
            "awk -F: '{ print $1 | \"sort\" } END { close(\"sort\"); print \"end\"; exit 3 }' rows",
            "ivy\nrose\ntulip\nend\n",
            3,
        ),
        ("awk 'BEGIN { \"echo hi\" | getline x; print x, system(\"exit 4\") }'", "hi 4\n", 0),
        ("awk 'BEGIN { print 1 / 0 }' 2>&1", "awk: cmd. line:1: Division by zero\n", 1),
        (
            "awk 'BEGIN { print mktime(\"2000 1 1 0 0 0\") }' 2>&1",
            "awk: cmd. line:1: the practice cluster does not know mktime\n",
            1,
        ),
    ] {
        let got = script(&practice, &format!("{ROWS}{source}")).await;
        if got != (said.to_owned(), code) {
            wrong.push((source, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn lines_are_answered_as_they_come() {
    let practice = cluster(&[("shed", idle())]).await;
    let source = "(echo a; sleep 5; echo b) | awk '{ print systime() - first, $0; if (!first) first = systime() }' | while read at line; do echo $line; done & sleep 2; echo later; wait";
    assert_eq!(script(&practice, source).await.0, "a\nlater\nb\n");
}

#[tokio::test(start_paused = true)]
async fn an_endless_program_neither_holds_up_the_cluster_nor_fills_it() {
    let practice = cluster(&[("shed", idle())]).await;
    let before = practice.now();
    let (said, _) = script(&practice, "awk 'BEGIN { while (1) i++ }' & sleep 1; kill $!; wait $!; echo $?").await;
    assert_eq!(said, "143\n");
    assert!(practice.now().duration_since(before).unsigned_abs() < Duration::from_secs(5));
    for (program, why) in [
        ("BEGIN { while (1) s = s s \"x\" }", "out of memory"),
        ("BEGIN { while (1) a[i++] = \"0123456789012345678901234567890123456789\" }", "out of memory"),
        ("function f(s) { return f(s \"x\") } BEGIN { f(\"\") }", "Nested too deep"),
        ("BEGIN { $1e9 = 1 }", "out of memory"),
    ] {
        let (said, code) = script(&practice, &format!("awk '{program}' 2>&1")).await;
        assert!(said.contains(why) && code == 1, "{program}: {said}");
    }
    let nested = format!("awk 'BEGIN {{ x = {}1{} }}' 2>&1", "(".repeat(5000), ")".repeat(5000));
    assert!(script(&practice, &nested).await.0.contains("Nested too deep"));
}
