// Keeps submissions in a Tessera log on this machine's file system, and checks such a log.
//
//	tessera serve DIR [-keys FILE] [-proofs] [-batch N] [-batch-age D]
//	tessera verify DIR VKEY
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/klog/v2"
)

func main() {
	// Tessera tells with klog what it does; only what went wrong matters here.
	level := &slog.HandlerOptions{Level: slog.LevelError}
	klog.SetSlogLogger(slog.New(slog.NewTextHandler(os.Stderr, level)))
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case len(args) >= 2 && args[0] == "serve":
		return serve(ctx, args[1], args[2:])
	case len(args) == 3 && args[0] == "verify":
		return verify(ctx, args[1], args[2])
	default:
		return errors.New("usage: tessera serve DIR [flags] | tessera verify DIR VKEY")
	}
}

// serve takes submissions on a port of the loopback until it is asked to end. Its first line of
// output is one JSON object with address and verifier key.
func serve(ctx context.Context, dir string, args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	keysFile := flags.String("keys", "", "check signatures with the keys in this file, by kid")
	proofs := flags.Bool("proofs", false, "answer with checkpoint and inclusion proof")
	batch := flags.Uint("batch", 256, "entries that are written at once without waiting longer")
	batchAge := flags.Duration("batch-age", 5*time.Millisecond, "longest wait for a full batch")
	if err := flags.Parse(args); err != nil {
		return err
	}
	server := &server{proofs: *proofs}
	if *keysFile != "" {
		var err error
		if server.keys, err = readKeys(*keysFile); err != nil {
			return err
		}
	}
	// The log outlives the signal: what was taken is finished first.
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var vkey string
	var err error
	if server.log, vkey, err = openLog(background, dir, *batch, *batchAge); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready := map[string]string{"url": "http://" + listener.Addr().String(), "vkey": vkey}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("POST /epcis/capture", server)
	web := &http.Server{Handler: routes}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	if err := web.Shutdown(background); err != nil {
		return err
	}
	return server.log.shutdown(background)
}
