namespace ModelMonitor.Host.Intake;

/// <summary>Why a delivery was not taken; each way in says it in its own words (a status of HTTP, of gRPC).</summary>
internal enum RefusalKind
{
    /// <summary>No Arrow, or no JSON lines.</summary>
    Malformed,

    /// <summary>Readable, but of the wrong shape or type.</summary>
    Unfit,

    /// <summary>Its key was used before for another body.</summary>
    Conflict,

    TooLarge,

    /// <summary>Too much is waiting; to be sent again.</summary>
    Overloaded,

    /// <summary>The store did not take it; to be sent again.</summary>
    NotCommitted,
}

/// <param name="Detail">For whoever sent it: what is wrong, and where.</param>
internal sealed record Refusal(RefusalKind Kind, string Detail)
{
    /// <summary>Where sending it again helps: after how long.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Whether sending the same again helps.</summary>
    public bool Passes => Kind is RefusalKind.Overloaded or RefusalKind.NotCommitted;
}
