<?php

// Verifies so often that what is not freed shows: `php memory.php LIBRARY`.

declare(strict_types=1);

require __DIR__ . '/../../../examples/php/Hookseal.php';

const ROUNDS = 20_000;

function resident(): int
{
    preg_match('/VmRSS:\s+(\d+) kB/', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}

$round = function () use ($argv): void {
    $hookseal = new Hookseal('a secret', library: $argv[1]);
    try {
        $hookseal->verify(['X-Contio-Signature' => str_repeat('0', 64)], str_repeat('x', 1000));
        exit("a forgery was accepted\n");
    } catch (HooksealError) {
    }
};
for ($number = 0; $number < 2000; $number++) {
    $round();
}
$before = resident();
for ($number = 0; $number < ROUNDS; $number++) {
    $round();
}
$grown = resident() - $before;
echo "after ", ROUNDS, " verifiers the process has grown by $grown KiB\n";
// A verifier alone has some hundred bytes, a body a thousand.
exit($grown < 2048 ? 0 : 1);
