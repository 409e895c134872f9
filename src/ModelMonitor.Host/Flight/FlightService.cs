using Google.Protobuf;
using Grpc.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Flight.Protocol;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Flight;

/// <summary>
/// Arrow Flight: one record batch is one delivery, all or nothing, acknowledged after its commit. A batch's application metadata are its
/// idempotency key; an acknowledgement's are the JSON that HTTP would answer with.
/// </summary>
internal sealed class FlightService(FlightDirectory directory, DeliveryIntake intake, BodyBudget budget, MonitorOptions options, IHostApplicationLifetime lifetime)
    : Protocol.FlightService.FlightServiceBase
{
    private const string Served = "a monitor serves DoPut, DoExchange, ListFlights and GetFlightInfo";

    /// <summary>Every flight, or with a criterion those of the model that it names.</summary>
    public override async Task ListFlights(Criteria request, IServerStreamWriter<FlightInfo> responseStream, ServerCallContext context)
    {
        var model = request.Expression.IsEmpty ? null : request.Expression.ToStringUtf8();
        foreach (var info in directory.All(model)) await responseStream.WriteAsync(info, context.CancellationToken).ConfigureAwait(false);
    }

    public override Task<FlightInfo> GetFlightInfo(FlightDescriptor request, ServerCallContext context) => Task.FromResult(directory.Find(request));

    /// <summary>Takes predictions or labels; each batch is acknowledged when it is committed, in order.</summary>
    public override Task DoPut(IAsyncStreamReader<FlightData> requestStream, IServerStreamWriter<PutResult> responseStream, ServerCallContext context) =>
        TakeAsync(requestStream, context, (model, stream) => new Taking(
            async (body, key) => await intake.TakeAsync(model(), stream, body, DeliveryIntake.ArrowStream, key, scores: false).ConfigureAwait(false),
            answer => responseStream.WriteAsync(new PutResult { AppMetadata = MetadataOf(answer) }, context.CancellationToken)));

    /// <summary>Takes predictions as <see cref="DoPut"/> does and sends back their scores, a batch for each batch.</summary>
    public override Task DoExchange(IAsyncStreamReader<FlightData> requestStream, IServerStreamWriter<FlightData> responseStream, ServerCallContext context) =>
        TakeAsync(requestStream, context, (model, stream) =>
        {
            if (stream != Streams.Predictions) throw FlightErrors.Of(StatusCode.InvalidArgument, $"Only {Streams.Predictions} have scores to exchange for; send {stream} with DoPut.");
            var scores = new ScoreStream(responseStream);
            return new(
                async (body, key) => await intake.TakeAsync(model(), stream, body, DeliveryIntake.ArrowStream, key, scores: true).ConfigureAwait(false),
                answer => scores.WriteAsync(answer.Scores, MetadataOf(answer), context.CancellationToken));
        });

    public override Task Handshake(IAsyncStreamReader<HandshakeRequest> requestStream, IServerStreamWriter<HandshakeResponse> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task<PollInfo> PollFlightInfo(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    public override Task<SchemaResult> GetSchema(FlightDescriptor request, ServerCallContext context) => throw Unimplemented(context);

    public override Task DoGet(Ticket request, IServerStreamWriter<FlightData> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task DoAction(Protocol.Action request, IServerStreamWriter<Result> responseStream, ServerCallContext context) => throw Unimplemented(context);

    public override Task ListActions(Empty request, IServerStreamWriter<ActionType> responseStream, ServerCallContext context) => throw Unimplemented(context);

    private static RpcException Unimplemented(ServerCallContext context) => FlightErrors.Of(StatusCode.Unimplemented, $"{context.Method[(context.Method.LastIndexOf('/') + 1)..]} is not served: {Served}.");

    private static ByteString MetadataOf(DeliveryAnswer answer) => ByteString.CopyFromUtf8(ReplyJson.Write(answer.Reply!));

    /// <param name="begin">Called with the first message; the model is looked up for each batch, since another version may serve by then.</param>
    private async Task TakeAsync(IAsyncStreamReader<FlightData> requests, ServerCallContext context, Func<Func<MonitoredModel>, string, Taking> begin)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var messages = new ArrowMessages(intake.Limits, options.Ingest.MaxRequestBytes);
        FlightDescriptor? descriptor = null;
        Taking? taking = null;
        var stream = "";
        while (await NextAsync(requests, ending.Token).ConfigureAwait(false) is { } message)
        {
            if (taking is null)
            {
                descriptor = message.FlightDescriptor;
                (_, stream) = directory.Resolve(descriptor);
                taking = begin(() => directory.Resolve(descriptor).Model, stream);
            }

            if (message.DataHeader.IsEmpty)
            {
                // A descriptor may come alone, before the schema; a key without a batch would be lost in silence.
                if (!message.AppMetadata.IsEmpty || !message.DataBody.IsEmpty) throw FlightErrors.Of(StatusCode.InvalidArgument, "A message without an Arrow header: application metadata come with a record batch.");
                continue;
            }

            if (Assemble(messages, message, descriptor, stream) is not { } body) continue;
            var answer = await TakeAsync(taking, body, KeyOf(message, messages.Batches), descriptor, stream).ConfigureAwait(false);
            if (answer.Refusal is { } refusal) throw FlightErrors.Of(refusal, messages.Batches);
            await taking.Answer(answer).ConfigureAwait(false);
        }
    }

    private async Task<DeliveryAnswer> TakeAsync(Taking taking, ReadOnlyMemory<byte> body, string? key, FlightDescriptor? descriptor, string stream)
    {
        using var held = budget.TryHold(body.Length);
        return held is null ? intake.Overloaded(directory.Resolve(descriptor).Model, stream, 1) : await taking.Take(body, key).ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte>? Assemble(ArrowMessages messages, FlightData message, FlightDescriptor? descriptor, string stream)
    {
        try
        {
            return messages.Add(message.DataHeader.Span, message.DataBody.Span);
        }
        catch (IntakeException e)
        {
            throw FlightErrors.Of(new Refusal(RefusalKind.Malformed, e.Message));
        }
        catch (ArrowTooLargeException)
        {
            throw FlightErrors.Of(intake.TooLarge(directory.Resolve(descriptor).Model, stream), messages.Batches);
        }
    }

    private static string? KeyOf(FlightData message, int batch)
    {
        if (message.AppMetadata.IsEmpty) return null;
        var key = message.AppMetadata.ToStringUtf8();
        return DeliveryIntake.IsKey(key) ? key : throw FlightErrors.Of(StatusCode.InvalidArgument, $"batch {batch} of this call: its application metadata are its idempotency key, {DeliveryIntake.KeyForm}.");
    }

    /// <summary>The next message; null after the last.</summary>
    private async Task<FlightData?> NextAsync(IAsyncStreamReader<FlightData> requests, CancellationToken ending)
    {
        try
        {
            return await requests.MoveNext(ending).ConfigureAwait(false) ? requests.Current : null;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw FlightErrors.Of(StatusCode.Unavailable, "The monitor is stopping; what was acknowledged is committed.");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody to answer, and no fault of the monitor.
            throw FlightErrors.Of(StatusCode.Cancelled, "The sender is gone; what was acknowledged is committed.");
        }
    }

    private sealed record Taking(Func<ReadOnlyMemory<byte>, string?, Task<DeliveryAnswer>> Take, Func<DeliveryAnswer, Task> Answer);
}
