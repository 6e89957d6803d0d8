//! sed, digests and other programs about text: what busybox's own print.

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
