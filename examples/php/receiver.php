<?php

// A receiver of webhooks in PHP. Run it with PHP's own server:
//
//     WEBHOOK_SECRET=… php -d ffi.enable=1 -S 127.0.0.1:8000 receiver.php
//
// Behind a web server, PHP allows FFI only with ffi.enable=1, or for files that are preloaded.

declare(strict_types=1);

require __DIR__ . '/Hookseal.php';

const MAX_BODY = 1 << 20;

function answer(int $status, array $body = []): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode((object) $body), "\n";
    exit;
}

$body = file_get_contents('php://input', length: MAX_BODY + 1);
if ($body === false || strlen($body) > MAX_BODY) {
    answer(413, ['error' => 'body_too_large']);
}
$library = getenv('HOOKSEAL_LIBRARY') ?: Hookseal::LIBRARY;
try {
    $hookseal = new Hookseal(getenv('WEBHOOK_SECRET') ?: '', library: $library);
    // PHP joins headers that occur twice, which no signature survives.
    $delivery = $hookseal->verify(getallheaders(), $body);
} catch (HooksealError $error) {
    error_log("refused: {$error->errorCode}: {$error->getMessage()}");
    answer($error->status, ['error' => $error->errorCode]);
}
// Handle the event here. $delivery->key is the same for each delivery of it.
error_log("handling {$delivery->eventType}, {$delivery->key}");
answer(200);
