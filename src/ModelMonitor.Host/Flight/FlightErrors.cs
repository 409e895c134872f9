using System.Globalization;
using Grpc.Core;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Flight;

/// <summary>Refusals in the words of gRPC.</summary>
internal static class FlightErrors
{
    /// <param name="batch">Which batch of the call, counted from 1; 0: none yet. What came before it is committed.</param>
    public static RpcException Of(Refusal refusal, int batch = 0)
    {
        // How long a client that tries again by itself shall wait: https://github.com/grpc/proposal/blob/master/A6-client-retries.md
        var trailers = new Metadata();
        if (refusal.Passes) trailers.Add("grpc-retry-pushback-ms", Refusal.RetryAfter.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        return new RpcException(new Status(CodeOf(refusal.Kind), batch == 0 ? refusal.Detail : $"batch {batch} of this call: {refusal.Detail}"), trailers);
    }

    public static RpcException Of(StatusCode code, string detail) => new(new Status(code, detail));

    private static StatusCode CodeOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Conflict => StatusCode.AlreadyExists,
        // Of these two only the second comes with a time after which to try again.
        RefusalKind.TooLarge or RefusalKind.Overloaded => StatusCode.ResourceExhausted,
        RefusalKind.NotCommitted => StatusCode.Unavailable,
        _ => StatusCode.InvalidArgument,
    };
}
