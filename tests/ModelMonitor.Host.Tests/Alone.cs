namespace ModelMonitor.Host.Tests;

/// <summary>Tests that read the memory of the process: another test beside them would be measured with them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
