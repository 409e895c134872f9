namespace ModelMonitor.Engine.Intake;

/// <summary>Names the place where a body stops being Arrow. Messages count from 1; the schema is the first.</summary>
internal static class GuardFault
{
    public static IntakeException At(int message, long at, string what) => new($"message {message} at byte {at}: {what}", malformed: true);
}
