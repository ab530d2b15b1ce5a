<?php
// Judges, with the bridge's own classes and no Moodle, the checkpoints and proofs on standard input.
spl_autoload_register(function (string $class): void {
    $path = str_replace('\\', '/', substr($class, strlen('local_rocket\\')));
    require __DIR__ . "/../../moodle-bridge/local_rocket/classes/$path.php";
});

use local_rocket\ledger\checkpoint;
use local_rocket\ledger\tree;

['proofs' => $proofs, 'notes' => $notes] = json_decode(stream_get_contents(STDIN), true);
$judged = ['proofs' => [], 'notes' => []];
foreach ($proofs as ['from' => $from, 'fromroot' => $fromroot, 'size' => $size, 'root' => $root, 'proof' => $proof]) {
    $hashes = tree::hashes($proof);
    $judged['proofs'][] = $hashes !== null
        && tree::proves_consistency($from, base64_decode($fromroot), $size, base64_decode($root), $hashes);
}
foreach ($notes as ['note' => $note, 'vkey' => $vkey]) {
    $checkpoint = checkpoint::read($note);
    $key = checkpoint::public_key($vkey);
    $judged['notes'][] = $checkpoint === null || $key === null ? null : [
        'origin' => $checkpoint->origin,
        'size' => $checkpoint->size,
        'root' => base64_encode($checkpoint->root),
        'signed' => $checkpoint->is_signed_by($key),
    ];
}
echo json_encode($judged, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
