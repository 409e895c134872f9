using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Host.Flight.Protocol;
using ModelMonitor.Host.Hosting;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Benchmarks;

/// <summary>Rows per second from the socket to the commit, `join: none`, 30 float32 columns, batches of 8 192: Flight's `DoPut` beside HTTP's POST.</summary>
/// <remarks>[ROUNDS]. The bytes are made beforehand; client and monitor share the process. One batch is sent when the one before it is acknowledged, both ways.</remarks>
internal static class Goal6
{
    private const int Features = 30;
    private const int Rows = 8192;
    private const int Batches = 64;

    private static readonly Method<FlightData, PutResult> s_put = new(
        MethodType.DuplexStreaming, "arrow.flight.protocol.FlightService", "DoPut",
        Marshallers.Create(m => m.ToByteArray(), FlightData.Parser.ParseFrom), Marshallers.Create(m => m.ToByteArray(), PutResult.Parser.ParseFrom));

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        await using var live = new LiveMonitor(Features);
        using var catalog = new ModelCatalog(live.Models);
        await using var app = MonitorApplication.Build(live.Options with { ListenHttp = "127.0.0.1:0", ListenFlight = "127.0.0.1:0" }, catalog, live.Store, TimeProvider.System, scheduled: false, new VersionFiles(new ModelLoader(new OnnxScorerFactory()), live.Options, live.Options.StateFolder));
        await app.StartAsync().ConfigureAwait(false);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var channel = GrpcChannel.ForAddress(app.Urls.Last());
        var bodies = Enumerable.Range(0, Batches).Select(i => LiveMonitor.Body(Features, i, LiveMonitor.Start.AddMinutes(i / 8), rows: Rows)).ToArray();
        List<double> ofHttp = [], ofFlight = [];
        for (var round = 0; round <= rounds; round++)
        {
            var (a, b) = (await PerSecondAsync(() => PostAsync(http, live.Model.Name, bodies)).ConfigureAwait(false), await PerSecondAsync(() => PutAsync(channel, live.Model.Name, bodies)).ConfigureAwait(false));
            // The first round is for the compiler.
            if (round == 0) continue;
            ofHttp.Add(a);
            ofFlight.Add(b);
        }

        await app.StopAsync().ConfigureAwait(false);
        var (overHttp, overFlight) = (Measure.Median([.. ofHttp]), Measure.Median([.. ofFlight]));
        await Console.Out.WriteLineAsync(Measure.Json(
            ("what", "rows_per_second"), ("features", Features), ("batch", Rows), ("body_bytes", bodies[0].Length), ("rounds", rounds), ("http", overHttp), ("flight", overFlight), ("flight_to_http", overFlight / overHttp))).ConfigureAwait(false);
        return 0;
    }

    private static async Task<double> PerSecondAsync(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work().ConfigureAwait(false);
        return Batches * Rows / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task PostAsync(HttpClient http, string model, byte[][] bodies)
    {
        foreach (var body in bodies)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(DeliveryIntake.ArrowStream);
            using var response = await http.PostAsync(new Uri($"/v1/models/{model}/predictions", UriKind.Relative), content).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
        }
    }

    private static async Task PutAsync(GrpcChannel channel, string model, byte[][] bodies)
    {
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(s_put, null, default);
        var first = true;
        foreach (var body in bodies)
        {
            foreach (var (message, i) in ArrowMessages.Split(body).Select((message, i) => (message, i)))
            {
                // One schema for the whole call.
                if (i == 0 && !first) continue;
                var data = new FlightData { DataHeader = UnsafeByteOperations.UnsafeWrap(message.Metadata), DataBody = UnsafeByteOperations.UnsafeWrap(message.Body) };
                if (first) data.FlightDescriptor = new() { Type = FlightDescriptor.Types.DescriptorType.Path, Path = { model } };
                first = false;
                await call.RequestStream.WriteAsync(data).ConfigureAwait(false);
            }

            if (!await call.ResponseStream.MoveNext(default).ConfigureAwait(false)) throw new InvalidOperationException("The call ended early.");
        }

        await call.RequestStream.CompleteAsync().ConfigureAwait(false);
        if (await call.ResponseStream.MoveNext(default).ConfigureAwait(false)) throw new InvalidOperationException("There is one acknowledgement too many.");
    }
}
