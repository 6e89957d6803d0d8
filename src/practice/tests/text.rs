//! sed, digests and other programs about text and files: what busybox's own print.

use super::inside::{cluster, idle, script};

async fn compared(cases: &[(&str, &str, i32)]) {
    let practice = cluster(&[("shed", idle())]).await;
    let mut wrong = Vec::new();
    for (source, said, code) in cases {
        let got = script(&practice, &format!("cd /tmp; {source}")).await;
        if got != ((*said).to_owned(), *code) {
            wrong.push((source, got));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(start_paused = true)]
async fn scripts_of_sed_do_what_they_say() {
    compared(&[
        ("seq 5 | sed ':a;N;$!ba;s/\\n/,/g'", "1,2,3,4,5\n", 0),
        ("seq 3 | sed -n '1!G;h;$p'", "3\n2\n1\n", 0),
        ("seq 5 | sed '$!N;P;D' | sed -e '2,+1d' -e '1~2s/$/!/'", "1!\n4\n5!\n", 0),
        ("seq 3 | sed -e '1i  top' -e '2c new' -e '$a end'", "top\n1\nnew\n3\nend\n", 0),
        ("seq 2 | sed '1{s/1/one/;h;d};G;y/on/ON/' | sed =", "1\n2\n2\nONe\n", 0),
        ("echo aaaa | sed 's/a/b/2;s/a/[&]/2g;s/\\(b\\).*/\\1|/'", "ab|\n", 0),
        ("seq 3 | sed -n 's/2/x/w out'; cat out; printf 'no end' | sed s/end/eol/", "x\nno eol", 0),
        ("printf 'a\\nb\\n' > x; sed -i.old -e 1d -e 's/b/c/' x; cat x x.old", "c\na\nb\n", 0),
        (
            "printf '# x\\ny\\n' > s; echo '/^#/d' > f; sed -f f s; sed -n 'n;p' s; sed '0,/x/s/x/z/' s",
            "y\ny\n# z\ny\n",
            0,
        ),
        ("seq 3 | sed 2q; sed k x 2>&1", "1\n2\nsed: unsupported command k\n", 1),
        ("sed 'b end' x 2>&1", "sed: can't find label for jump to 'end'\n", 1),
        (
            "(echo a; sleep 5; echo b) | sed s/^/-/ | while read l; do echo $l; done & sleep 2; echo later; wait",
            "-a\nlater\n-b\n",
            0,
        ),
        (
            "echo x | timeout 5 sed ':a;ba'; echo $?; echo x | sed ':a;s/x/xx/g;ta' 2>&1",
            "143\nsed: out of memory\n",
            1,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn digests_are_made_and_checked() {
    compared(&[
        (
            "printf abc | md5sum; printf abc | sha1sum -",
            "900150983cd24fb0d6963f7d28e17f72  -\na9993e364706816aba3e25717850c26c9cd0d89d  -\n",
            0,
        ),
        (
            "printf abc > f; sha256sum f",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  f\n",
            0,
        ),
        (
            "printf abc > f; sha512sum f | cut -c-16; sha512sum f | sha512sum -c",
            "ddaf35a193617aba\nf: OK\n",
            0,
        ),
        (
            "printf abc > f; md5sum f > sums; echo >> f; md5sum -c sums 2>&1",
            "f: FAILED\nmd5sum: WARNING: 1 of 1 computed checksums did NOT match\n",
            1,
        ),
        (
            "md5sum /none 2>&1; head -c 1m /dev/zero > big; md5sum big 2>/dev/null",
            "md5sum: can't open '/none': No such file or directory\n",
            1,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn lines_are_searched_sorted_and_set_side_by_side() {
    compared(&[
        ("seq 9 | grep -n -A1 -B1 -e 3 -e 8", "2-2\n3:3\n4-4\n--\n7-7\n8:8\n9-9\n", 0),
        (
            "mkdir d; echo rose > d/a; echo ivy > d/b; grep -r ivy d; grep -rL ivy d; grep -rc o d",
            "d/b:ivy\nd/a\nd/a:1\nd/b:0\n",
            0,
        ),
        (
            "printf 'a{b\\n' | grep -E 'a{'; echo 'cost: $5' | grep -o '$5'; echo ab | grep -w a; echo $?",
            "a{b\n$5\n1\n",
            0,
        ),
        (
            "(echo a; sleep 5; echo b) | grep -v x | while read l; do echo $l; done & sleep 2; echo later; wait",
            "a\nlater\nb\n",
            0,
        ),
        ("printf 'x:10:b\\ny:9:a\\nz:9:b\\n' | sort -t: -k2,2n -k3r", "z:9:b\ny:9:a\nx:10:b\n", 0),
        (
            "printf 'b\\na\\nb\\n' | sort -u -o s; cat s; sort -c s; echo $?; printf 'A 1\\na 1\\n' | uniq -ci",
            "a\nb\n0\n      2 A 1\n",
            0,
        ),
        (
            "seq 4 | paste -d, - -; seq 3 | paste -sd+; seq 3 > l; seq 2 4 > r; comm -12 l r",
            "1,2\n3,4\n1+2+3\n2\n3\n",
            0,
        ),
        (
            "seq 3 > l; sed 2d l > r; diff l r; cmp l r; echo $?",
            "--- l\n+++ r\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\nl r differ: char 3, line 2\n1\n",
            0,
        ),
        (
            "seq 5 | head -n -3; seq 5 | wc -l; echo 'one two' | fold -sw4; printf 'a b\\nc\\n' | xargs -n2; printf 'a b\\nc\\n' | xargs -I% echo '<%>'",
            "1\n2\n5\none \ntwo\na b\nc\n<a b>\n<c>\n",
            0,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn files_are_found_measured_and_filled() {
    compared(&[
        (
            "mkdir -p f/g; echo x > f/a.log; echo y > f/g/b.txt; find f -name '*.log' -o -type d -name g",
            "f/a.log\nf/g\n",
            0,
        ),
        ("find f -type f ! -name '*.log' -exec cat {} \\; -print", "y\nf/g/b.txt\n", 0),
        (
            "find f -type f -exec echo {} +; find f -name g -prune -o -type f -print; find f -what 2>&1",
            "f/a.log f/g/b.txt\nf/a.log\nfind: unrecognized: -what\n",
            1,
        ),
        (
            "dd if=/dev/zero of=big bs=1k count=3 2>/dev/null; stat -c '%s %F' big; truncate -s 5 big; wc -c < big",
            "3072 regular file\n5\n",
            0,
        ),
        (
            "ln -s f/a.log l; readlink l; readlink -f l; mkdir -m 700 p; stat -c %a p; du -s f",
            "f/a.log\n/tmp/f/a.log\n700\n16\tf\n",
            0,
        ),
        (
            "expr \\( 1 + 2 \\) \\* 3; expr abc : 'a\\(.\\)'; seq -w 9 10; seq 0 .5 1; date -u -d '2020-01-02 03:04' +%s",
            "9\nb\n09\n10\n0.0\n0.5\n1.0\n1577934240\n",
            0,
        ),
        ("printf '%.1e|%+d|%q' 12345 5 x; echo $?; echo hi | base64 | base64 -d", "1.2e+04|+5|1\nhi\n", 0),
    ])
    .await;
}
